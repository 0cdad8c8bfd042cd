"""WindowsRestart and LinuxRestart: a restart by Azure's API, then a check."""

import re
from collections.abc import Callable

import pytest

from shared.customizers.kind import CUSTOMIZE
from shared.customizers.registry import customizer_kinds, customizer_to_json, read_customizers
from shared.domain.problems import Problem
from shared.domain.steps import Step, StepKind
from shared.domain.template import Customizer, LinuxRestartCustomizer, WindowsRestartCustomizer
from shared.reading.durations import duration_seconds, duration_text
from shared.reading.object_reader import read_object
from shared.reading.report import KILN_API_VERSION, Report
from tests.unit.customizers.guest import TinyGuest

PLAIN = [
    'shutdown /r /f /t 0 /c "packer restart"',
    "shutdown -r -t 5",
    "shutdown.exe /r /f",
    "Restart-Computer -Force",
    "powershell -Command Restart-Computer",
    'powershell.exe -ExecutionPolicy Bypass -Command "& { Restart-Computer -Force }"',
    "restart-computer;",
]
MORE = [
    "shutdown /s /t 0",
    "shutdown /f",
    "echo hello",
    "shutdown /r /t 0 & del C:\\x",
    "Remove-Item x; Restart-Computer",
    "powershell -File C:\\restart.ps1",
]


def read(kind: str, **members: object) -> tuple[tuple[Customizer, ...], list[Problem]]:
    report = Report(KILN_API_VERSION)
    fields = read_object({"type": kind, **members}, "", report)
    assert fields is not None
    return read_customizers([fields], CUSTOMIZE), report.problems


def step(customizer: Customizer) -> Step:
    made = customizer_kinds()[customizer.type].step(0, customizer)
    assert isinstance(made, Step)
    return made


def test_everything_has_a_default() -> None:
    assert read("WindowsRestart") == ((WindowsRestartCustomizer(""),), [])
    assert read("LinuxRestart") == ((LinuxRestartCustomizer(""),), [])


@pytest.mark.parametrize("command", PLAIN)
def test_a_command_that_only_restarts_is_taken(command: str) -> None:
    [made], problems = read("WindowsRestart", restartCommand=command, restartTimeout="1h30m")
    assert problems == []
    assert made == WindowsRestartCustomizer("", command, timeout_seconds=5400)
    assert customizer_to_json(made)["restartTimeout"] == "1h30m"


@pytest.mark.parametrize("command", MORE)
def test_a_command_that_does_more_is_refused(command: str) -> None:
    _, [problem] = read("WindowsRestart", restartCommand=command)
    assert problem.path == "restartCommand"
    assert problem.message.startswith("does more than restart")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5m", 300), ("2h", 7200), ("1h30m", 5400), ("90s", 90), ("1.5h", 5400), ("500ms", 1), ("0s", 0)],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert duration_seconds(text) == seconds
    assert duration_seconds(duration_text(seconds)) == seconds


@pytest.mark.parametrize("text", ["5", "m", "5 m", "-5m", "5d", "five", "0s", "17h", "1" * 30 + "h", 5])
def test_other_lengths_of_time_are_refused(text: object) -> None:
    for kind in ("WindowsRestart", "LinuxRestart"):
        _, [problem] = read(kind, restartTimeout=text)
        assert problem.path == "restartTimeout"


def test_windows_is_checked_as_the_template_says(golden: Callable[[str, str], None]) -> None:
    made = step(WindowsRestartCustomizer("r", "", 'sc query "W3SVC" | find "RUNNING"', 600))
    golden("windows_restart.ps1", made.script)
    assert (made.kind, made.os_type, made.timeout_seconds) == (StepKind.RESTART, "Windows", 600)
    golden("windows_restart_unchecked.ps1", step(WindowsRestartCustomizer("r")).script)


def test_linux_says_its_kernel(tiny: TinyGuest) -> None:
    made = step(LinuxRestartCustomizer("r", 60))
    assert (made.kind, made.os_type, made.timeout_seconds) == (StepKind.RESTART, "Linux", 60)
    assert re.fullmatch(r"kiln: restarted, with kernel \d\S+\n", tiny.run(made.script).stdout)
