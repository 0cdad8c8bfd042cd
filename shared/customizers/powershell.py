"""PowerShell: a script for Windows, from the template's own lines or fetched from a URI.

At AIB Packer uploads it over WinRM and runs it as a local administrator. That session is a network logon, in
which some of Windows does not work, Windows Update for one; so `runElevated` starts the script by a
scheduled task instead, as the same administrator or, with `runAsSystem`, as SYSTEM. Kiln has no WinRM and no
password: a Managed Run Command runs as SYSTEM, with all rights and none of those limits, whatever the two
say. The user's part of the registry and the profile are SYSTEM's then; those of AIB's administrator are of
no use in the image either.
"""

from shared.customizers.kind import CustomizerKind, Role, on_windows
from shared.customizers.script_options import parameters, variable_names
from shared.customizers.script_source import artifact_of, read_script_members, script_to_json
from shared.customizers.windows_script import array, artifact_parameters, quote, windows_script
from shared.domain.steps import VARIABLE_PREFIX, Step
from shared.domain.template import PowerShellCustomizer
from shared.reading.json_value import JsonObject
from shared.reading.object_reader import ObjectReader

# Windows' exit codes are 32 bits, which some programs show as negative.
EXIT_CODES = (-(2**31), 2**32 - 1)
SUCCESS = (0,)


def read_powershell(fields: ObjectReader, role: Role) -> PowerShellCustomizer:
    members = read_script_members(fields, role, any_case=False)
    elevated, as_system = fields.boolean("runElevated"), fields.boolean("runAsSystem")
    if as_system and not elevated:
        fields.problem_at("runAsSystem", "needs runElevated to be true beside it")
    codes = fields.integers("validExitCodes", minimum=EXIT_CODES[0], maximum=EXIT_CODES[1])
    return PowerShellCustomizer(
        name=members.name,
        script_uri=members.script_uri,
        inline=members.inline,
        sha256_checksum=members.sha256_checksum,
        run_elevated=elevated,
        run_as_system=as_system,
        valid_exit_codes=codes or SUCCESS,
        options=members.options,
    )


def powershell_to_json(customizer: PowerShellCustomizer) -> JsonObject:
    written = script_to_json(customizer)
    if customizer.run_elevated:
        written["runElevated"] = True
    if customizer.run_as_system:
        written["runAsSystem"] = True
    if customizer.valid_exit_codes != SUCCESS:
        written["validExitCodes"] = list(customizer.valid_exit_codes)
    return written


def powershell_step(index: int, customizer: PowerShellCustomizer) -> Step:
    names = variable_names(customizer.options)
    taken = [VARIABLE_PREFIX + name for name in names]
    settings = _settings(customizer)
    if customizer.script_uri is None:
        settings.append(f"$inline = {array(customizer.inline)}")
        script = windows_script(taken, settings, "save_inline.ps1", "run_script.ps1")
    else:
        settings.append(f"$expected_sha256 = {quote(customizer.sha256_checksum)}")
        parts = ("fetch_artifact.ps1", "save_artifact.ps1", "run_script.ps1")
        script = windows_script([*artifact_parameters(), *taken], settings, *parts)
    return Step(
        index,
        customizer.type,
        customizer.name,
        script,
        os_type="Windows",
        artifact=artifact_of(customizer),
        environment=parameters(customizer.options.environment),
        secrets=parameters(customizer.options.secrets),
    )


def _settings(customizer: PowerShellCustomizer) -> list[str]:
    codes = ", ".join(str(_signed(code)) for code in customizer.valid_exit_codes)
    given = [
        f"    ${{env:{name}}} = ${VARIABLE_PREFIX}{name}\n" for name in variable_names(customizer.options)
    ]
    return [
        f"$valid_exit_codes = @({codes})",
        f"$arguments = {array(customizer.options.arguments)}",
        f"function Set-Variables {{\n{''.join(given)}}}",
    ]


def _signed(code: int) -> int:
    """The exit code as PowerShell has it."""
    return code - 2**32 if code >= 2**31 else code


CUSTOMIZER = CustomizerKind(
    "PowerShell", read_powershell, powershell_to_json, powershell_step, on_windows, validates=True
)
