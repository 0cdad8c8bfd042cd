"""File: one file, fetched from a URI and put at an absolute path; of Kiln's own, an archive unpacked there.

At AIB a file comes over SSH as the unprivileged build user, so on Linux it can go to /tmp alone and belongs
to that user, who may go on with it in a Shell customizer. Here it can go anywhere whose folder exists; under
/tmp it belongs to the build user all the same, elsewhere to root.
"""

import shlex

from shared.customizers.kind import CustomizerKind, Role
from shared.customizers.linux_script import artifact_settings, linux_script, user_settings
from shared.customizers.windows_script import artifact_parameters, quote, windows_script
from shared.domain.steps import Artifact, Step
from shared.domain.template import FileCustomizer
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import (
    absolute_folder,
    absolute_path,
    is_windows_path,
    one_line,
    sha256_hex,
    web_uri,
)


def read_file(fields: ObjectReader, _role: Role) -> FileCustomizer:
    extract = fields.reads_own("extract") and fields.boolean("extract")
    return FileCustomizer(
        name=fields.text("name", rule=one_line),
        source_uri=fields.required_text("sourceUri", rule=web_uri),
        destination=fields.required_text("destination", rule=absolute_folder if extract else absolute_path),
        sha256_checksum=fields.text("sha256Checksum", rule=sha256_hex),
        extract=extract,
    )


def file_to_json(customizer: FileCustomizer) -> JsonObject:
    own: JsonObject = {"extract": True} if customizer.extract else {}
    return without_empty(
        {
            "name": customizer.name,
            "sourceUri": customizer.source_uri,
            "destination": customizer.destination,
            "sha256Checksum": customizer.sha256_checksum,
            **own,
        }
    )


def file_step(index: int, customizer: FileCustomizer) -> Step:
    os_type = _os_type(customizer)
    return Step(
        index,
        customizer.type,
        customizer.name,
        _windows_script(customizer) if os_type == "Windows" else _linux_script(customizer),
        os_type=os_type,
        artifact=Artifact(customizer.source_uri, customizer.sha256_checksum),
        artifact_destination=customizer.destination,
    )


def _os_type(customizer: FileCustomizer) -> str:
    return "Windows" if is_windows_path(customizer.destination) else "Linux"


def _linux_script(customizer: FileCustomizer) -> str:
    settings = artifact_settings(customizer.sha256_checksum)
    settings.append(f"destination={shlex.quote(customizer.destination)}")
    use = "extract_archive.sh" if customizer.extract else "install_file.sh"
    if customizer.destination.startswith("/tmp/"):  # noqa: S108 - the image's, not this machine's
        settings += [*user_settings(), 'owner="$build_user"']
        return linux_script(settings, "fetch_artifact.sh", "build_user.sh", "make_build_user\n", use)
    return linux_script([*settings, "owner="], "fetch_artifact.sh", use)


def _windows_script(customizer: FileCustomizer) -> str:
    settings = [
        f"$expected_sha256 = {quote(customizer.sha256_checksum)}",
        f"$destination = {quote(customizer.destination)}",
    ]
    use = "extract_archive.ps1" if customizer.extract else "install_file.ps1"
    return windows_script(artifact_parameters(), settings, "fetch_artifact.ps1", use)


CUSTOMIZER = CustomizerKind("File", read_file, file_to_json, file_step, _os_type, validates=True)
