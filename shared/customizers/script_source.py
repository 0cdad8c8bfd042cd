"""What Shell and PowerShell share: a script from inline lines or from a URI, and Kiln's options for it."""

from dataclasses import dataclass

from shared.customizers.kind import Role
from shared.customizers.script_options import options_to_json, read_options
from shared.domain.steps import Artifact
from shared.domain.template import PowerShellCustomizer, ScriptOptions, ShellCustomizer
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line, sha256_hex, web_uri

ScriptCustomizer = ShellCustomizer | PowerShellCustomizer


@dataclass(frozen=True)
class ScriptMembers:
    """The members that both types have."""

    name: str
    script_uri: str | None
    inline: tuple[str, ...]
    sha256_checksum: str
    options: ScriptOptions


def read_script_members(fields: ObjectReader, role: Role, *, any_case: bool) -> ScriptMembers:
    """`any_case`: names of variables differ by their case (on Linux, not on Windows)."""
    members = ScriptMembers(
        name=fields.text("name", rule=one_line),
        script_uri=fields.text("scriptUri", rule=web_uri) or None,
        inline=fields.texts("inline"),
        sha256_checksum=fields.text("sha256Checksum", rule=sha256_hex),
        options=read_options(fields, any_case=any_case),
    )
    _check_one_script(fields, role)
    return members


def script_to_json(customizer: ScriptCustomizer) -> JsonObject:
    return without_empty(
        {
            "name": customizer.name,
            "scriptUri": customizer.script_uri,
            "inline": list(customizer.inline),
            "sha256Checksum": customizer.sha256_checksum,
            **options_to_json(customizer.options),
        }
    )


def artifact_of(customizer: ScriptCustomizer) -> Artifact | None:
    """What is to be fetched for the script; None for inline lines."""
    if customizer.script_uri is None:
        return None
    return Artifact(customizer.script_uri, customizer.sha256_checksum)


def _check_one_script(fields: ObjectReader, role: Role) -> None:
    """Looks at what was written, not at what was understood: a faulty scriptUri is not a missing one."""
    has_uri, has_inline = fields.is_filled("scriptUri"), fields.is_filled("inline")
    if has_uri and has_inline:
        fields.problem("must have either scriptUri or inline, not both")
    elif not (has_uri or has_inline):
        fields.problem("must have scriptUri or inline: there is no script to run", role.no_script)
    elif not has_uri and fields.is_blank("inline"):
        fields.problem_at("inline", "must hold at least one line that is not blank", role.no_script)
    if fields.is_filled("sha256Checksum") and not has_uri:
        fields.problem_at("sha256Checksum", "checks scriptUri, which is not given")
