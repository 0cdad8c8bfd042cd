"""File: one file, fetched from a URI and put at an absolute path. Its folder must exist already."""

from shared.customizers.artifact_script import script_with_artifact
from shared.customizers.kind import CustomizerKind, step_name
from shared.domain.steps import Artifact, Step
from shared.domain.template import FileCustomizer
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import absolute_path, one_line, sha256_hex, web_uri


def read_file(fields: ObjectReader) -> FileCustomizer:
    return FileCustomizer(
        name=fields.text("name", rule=one_line),
        source_uri=fields.required_text("sourceUri", rule=web_uri),
        destination=fields.required_text("destination", rule=absolute_path),
        sha256_checksum=fields.text("sha256Checksum", rule=sha256_hex),
    )


def file_to_json(customizer: FileCustomizer) -> JsonObject:
    return without_empty(
        {
            "name": customizer.name,
            "sourceUri": customizer.source_uri,
            "destination": customizer.destination,
            "sha256Checksum": customizer.sha256_checksum,
        }
    )


def file_step(index: int, customizer: FileCustomizer) -> Step:
    return Step(
        index,
        customizer.type,
        step_name(index, customizer.name),
        script_with_artifact(
            "install_file.sh", sha256=customizer.sha256_checksum, destination=customizer.destination
        ),
        artifact=Artifact(customizer.source_uri, customizer.sha256_checksum),
        artifact_destination=customizer.destination,
    )


CUSTOMIZER = CustomizerKind("File", read_file, file_to_json, file_step)
