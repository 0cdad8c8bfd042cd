"""PowerShell: its rules, and exactly what Azure receives. No PowerShell runs here."""

from collections.abc import Callable

import pytest

from shared.domain.steps import Artifact, Step
from shared.domain.template import Customizer, PowerShellCustomizer

CUSTOMIZER = "PowerShell"
URI = "https://example.com/setup.ps1"
SHA = "a" * 64


def test_all_members_are_read(read: Callable[..., Customizer]) -> None:
    made = read(
        name="set up",
        scriptUri=URI,
        sha256Checksum=SHA,
        runElevated=True,
        runAsSystem=True,
        validExitCodes=[0, 3010],
    )
    assert made == PowerShellCustomizer("set up", URI, (), SHA, True, True, (0, 3010))


def test_everything_has_a_default(read: Callable[..., Customizer]) -> None:
    assert read(inline=["Get-Date"], validExitCodes=[]) == PowerShellCustomizer("", inline=("Get-Date",))


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({}, ("", "NoCustomizerScript")),
        ({"inline": ["x"], "runAsSystem": True}, ("runAsSystem", "ValidationFailed")),
        ({"inline": ["x"], "runElevated": "yes"}, ("runElevated", "ValidationFailed")),
        ({"inline": ["x"], "validExitCodes": ["0"]}, ("validExitCodes[0]", "ValidationFailed")),
        ({"inline": ["x"], "validExitCodes": [0, 2**32]}, ("validExitCodes[1]", "ValidationFailed")),
        ({"inline": ["x"], "validExitCodes": 0}, ("validExitCodes", "ValidationFailed")),
    ],
)
def test_a_fault_is_placed_and_coded(
    faults: Callable[..., list[tuple[str, str, str]]], members: dict[str, object], fault: tuple[str, str]
) -> None:
    assert [found[:2] for found in faults(**members)] == [fault]


def test_names_of_variables_do_not_differ_by_case(
    faults: Callable[..., list[tuple[str, str, str]]],
) -> None:
    own = {"environment": {"A": "1", "a": "2"}}
    [(path, _, message)] = faults(inline=["x"], api_version="2025-10-01-kiln", **own)
    assert (path, message) == ("environment", "a is given twice")


def test_inline_becomes_one_script(step: Callable[..., Step], golden: Callable[[str, str], None]) -> None:
    made = step(inline=["Write-Host 'it''s'", 'Write-Host "gr\u00fc\u00df \u2019 C:\\x"', "", "exit 3"])
    golden("powershell_inline.ps1", made.script)
    assert (made.os_type, made.artifact) == ("Windows", None)


def test_a_fetched_script_is_saved_first(
    step: Callable[..., Step], golden: Callable[[str, str], None]
) -> None:
    made = step(scriptUri=URI, sha256Checksum=SHA, validExitCodes=[0, 3010, 4294967295])
    golden("powershell_uri.ps1", made.script)
    assert made.artifact == Artifact(URI, SHA)


def test_options_come_as_parameters(step: Callable[..., Step], golden: Callable[[str, str], None]) -> None:
    made = step(
        inline=["param($a, $b)"],
        arguments=["a b", "it's"],
        environment={"GREETING": "hello"},
        secrets={"TOKEN": "https://v.vault.azure.net/secrets/token"},
    )
    golden("powershell_options.ps1", made.script)
    assert made.environment == {"KILN_ENV_GREETING": "hello"}
    assert made.secrets == {"KILN_ENV_TOKEN": "https://v.vault.azure.net/secrets/token"}
    assert "hello" not in made.script


@pytest.mark.parametrize("text", ["'", "\u2019", "\\", "\u00e4'\\n", "\U0001f600", "$(x)", "a\nb"])
def test_scripts_are_ascii(step: Callable[..., Step], text: str) -> None:
    assert step(inline=[f"x{text}"]).script.isascii()
