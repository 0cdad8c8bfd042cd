"""WindowsRestart: restarts the VM and waits until it is back.

At AIB Packer runs `restartCommand` in the VM, then `restartCheckCommand` again and again until it ends well.
Kiln restarts through Azure's VM API, which tells when the VM is up again, and runs the check by a Managed Run
Command. A restart command that only restarts means just that; one that does more would lose what it does, so
it is refused.
"""

import re

from shared.customizers.kind import CustomizerKind, Role, on_windows
from shared.customizers.windows_script import quote, windows_script
from shared.domain.steps import Step, StepKind
from shared.domain.template import WindowsRestartCustomizer
from shared.reading.durations import duration_seconds, duration_text, restart_timeout
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line

DEFAULT_TIMEOUT_SECONDS = 300

# `shutdown /r …` with switches and a comment, or `Restart-Computer …`, bare or inside of `powershell …`.
_SHUTDOWN = r"shutdown(?:\.exe)?(?:\s+[/-](?:r|f|g|t\s+\d+|d\s+\S+|c\s+(?:\"[^\"]*\"|\S+)))+"
_RESTART_COMPUTER = r"Restart-Computer(?:\s+-(?:Force|Confirm:\$false))*"
_POWERSHELL = r"powershell(?:\.exe)?(?:\s+-\w+(?:\s+(?:Bypass|RemoteSigned))?)*"
_PLAIN = re.compile(
    rf"\s*(?:{_SHUTDOWN}|{_RESTART_COMPUTER}"
    rf"|{_POWERSHELL}\s+[\"']?(?:&\s*\{{\s*)?{_RESTART_COMPUTER}\s*(?:\}}\s*)?[\"']?)\s*;?\s*",
    re.IGNORECASE,
)


def read_windows_restart(fields: ObjectReader, _role: Role) -> WindowsRestartCustomizer:
    timeout = fields.text("restartTimeout", rule=restart_timeout)
    return WindowsRestartCustomizer(
        name=fields.text("name", rule=one_line),
        restart_command=fields.text("restartCommand", rule=_only_restarts),
        restart_check_command=fields.text("restartCheckCommand"),
        timeout_seconds=duration_seconds(timeout) or DEFAULT_TIMEOUT_SECONDS,
    )


def windows_restart_to_json(customizer: WindowsRestartCustomizer) -> JsonObject:
    seconds = customizer.timeout_seconds
    return without_empty(
        {
            "name": customizer.name,
            "restartCommand": customizer.restart_command,
            "restartCheckCommand": customizer.restart_check_command,
            "restartTimeout": "" if seconds == DEFAULT_TIMEOUT_SECONDS else duration_text(seconds),
        }
    )


def windows_restart_step(index: int, customizer: WindowsRestartCustomizer) -> Step:
    settings = [
        f"$check = {quote(customizer.restart_check_command)}",
        f"$seconds = {customizer.timeout_seconds}",
    ]
    return Step(
        index,
        customizer.type,
        customizer.name,
        windows_script([], settings, "check_restart.ps1"),
        kind=StepKind.RESTART,
        os_type="Windows",
        timeout_seconds=customizer.timeout_seconds,
    )


def _only_restarts(text: str) -> str | None:
    if _PLAIN.fullmatch(text) and ("restart-computer" in text.lower() or re.search(r"[/-]r\b", text, re.I)):
        return None
    return (
        "does more than restart: Kiln restarts through Azure, and takes shutdown /r or Restart-Computer; "
        "put the rest into a PowerShell customizer before this one"
    )


CUSTOMIZER = CustomizerKind(
    "WindowsRestart", read_windows_restart, windows_restart_to_json, windows_restart_step, on_windows
)
