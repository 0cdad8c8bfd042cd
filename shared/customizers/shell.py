"""Shell: a script, from the template's own lines or fetched from a URI.

AIB hands both to Packer's shell provisioner: inline lines become one script under `/bin/sh -e`, a fetched
script runs as it is, under its own shebang.
"""

from shared.customizers.artifact_script import script_with_artifact
from shared.customizers.kind import CustomizerKind, step_name
from shared.domain.steps import Artifact, Step
from shared.domain.template import ShellCustomizer
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line, sha256_hex, web_uri

# Errors stand in the log where they happened, among the other output, as Packer shows them.
INLINE_OPENING = ("#!/bin/sh -e", "exec 2>&1")


def read_shell(fields: ObjectReader) -> ShellCustomizer:
    customizer = ShellCustomizer(
        name=fields.text("name", rule=one_line),
        script_uri=fields.text("scriptUri", rule=web_uri) or None,
        inline=fields.texts("inline"),
        sha256_checksum=fields.text("sha256Checksum", rule=sha256_hex),
    )
    _check_one_script(fields, customizer)
    return customizer


def shell_to_json(customizer: ShellCustomizer) -> JsonObject:
    return without_empty(
        {
            "name": customizer.name,
            "scriptUri": customizer.script_uri,
            "inline": list(customizer.inline),
            "sha256Checksum": customizer.sha256_checksum,
        }
    )


def shell_step(index: int, customizer: ShellCustomizer) -> Step:
    name = step_name(index, customizer.name)
    if customizer.script_uri is None:
        script = "\n".join((*INLINE_OPENING, *customizer.inline)) + "\n"
        return Step(index, customizer.type, name, script)
    return Step(
        index,
        customizer.type,
        name,
        script_with_artifact("run_script.sh", sha256=customizer.sha256_checksum),
        artifact=Artifact(customizer.script_uri, customizer.sha256_checksum),
    )


def _check_one_script(fields: ObjectReader, customizer: ShellCustomizer) -> None:
    """Looks at what was written, not at what was understood: a faulty scriptUri is not a missing one."""
    has_uri, has_inline = fields.is_filled("scriptUri"), fields.is_filled("inline")
    if has_uri and has_inline:
        fields.problem("must have either scriptUri or inline, not both")
    elif not (has_uri or has_inline):
        fields.problem("must have scriptUri or inline: there is no script to run", "NoCustomizerScript")
    elif not has_uri and fields.is_blank("inline"):
        fields.problem_at("inline", "must hold at least one line that is not blank", "NoCustomizerScript")
    if customizer.sha256_checksum and not has_uri:
        fields.problem_at("sha256Checksum", "checks scriptUri, which is not given")


CUSTOMIZER = CustomizerKind("Shell", read_shell, shell_to_json, shell_step)
