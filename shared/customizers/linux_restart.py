"""LinuxRestart, Kiln's own: restarts the VM through Azure's VM API, for a new kernel say."""

from shared.customizers.kind import CustomizerKind, Role, on_linux
from shared.customizers.linux_script import linux_script
from shared.domain.steps import Step, StepKind
from shared.domain.template import LinuxRestartCustomizer
from shared.reading.durations import duration_seconds, duration_text, restart_timeout
from shared.reading.json_value import JsonObject, without_empty
from shared.reading.object_reader import ObjectReader
from shared.reading.rules import one_line

DEFAULT_TIMEOUT_SECONDS = 300


def read_linux_restart(fields: ObjectReader, _role: Role) -> LinuxRestartCustomizer:
    timeout = fields.text("restartTimeout", rule=restart_timeout)
    return LinuxRestartCustomizer(
        name=fields.text("name", rule=one_line),
        timeout_seconds=duration_seconds(timeout) or DEFAULT_TIMEOUT_SECONDS,
    )


def linux_restart_to_json(customizer: LinuxRestartCustomizer) -> JsonObject:
    seconds = customizer.timeout_seconds
    timeout = "" if seconds == DEFAULT_TIMEOUT_SECONDS else duration_text(seconds)
    return without_empty({"name": customizer.name, "restartTimeout": timeout})


def linux_restart_step(index: int, customizer: LinuxRestartCustomizer) -> Step:
    return Step(
        index,
        customizer.type,
        customizer.name,
        linux_script([], 'echo "kiln: restarted, with kernel $(uname -r)"\n'),
        kind=StepKind.RESTART,
        timeout_seconds=customizer.timeout_seconds,
    )


CUSTOMIZER = CustomizerKind(
    "LinuxRestart", read_linux_restart, linux_restart_to_json, linux_restart_step, on_linux, kilns_own=True
)
