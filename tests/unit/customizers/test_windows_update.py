"""WindowsUpdate: its rules, and exactly what Azure receives. No Windows runs here."""

from collections.abc import Callable

import pytest

from shared.domain.steps import Step
from shared.domain.template import Customizer, WindowsUpdateCustomizer

CUSTOMIZER = "WindowsUpdate"
FILTERS = ["exclude:$_.Title -like '*Preview*'", "include:$true"]


def test_all_members_are_read(read: Callable[..., Customizer]) -> None:
    made = read(name="patch", searchCriteria="IsInstalled=0", filters=FILTERS, updateLimit=20)
    assert made == WindowsUpdateCustomizer("patch", "IsInstalled=0", tuple(FILTERS), 20)


def test_everything_has_a_default(read: Callable[..., Customizer]) -> None:
    assert read() == read(searchCriteria="", filters=[], updateLimit=0) == WindowsUpdateCustomizer("")


@pytest.mark.parametrize(
    ("members", "path"),
    [
        ({"filters": ["$true"]}, "filters[0]"),
        ({"filters": ["include:"]}, "filters[0]"),
        ({"filters": "include:$true"}, "filters"),
        ({"updateLimit": -1}, "updateLimit"),
        ({"searchCriteria": "a\nb"}, "searchCriteria"),
        ({"updatelimit": 1}, "updatelimit"),
    ],
)
def test_a_fault_is_placed(
    faults: Callable[..., list[tuple[str, str, str]]], members: dict[str, object], path: str
) -> None:
    assert [found[0] for found in faults(**members)] == [path]


def test_the_script_says_when_to_restart(
    step: Callable[..., Step], golden: Callable[[str, str], None]
) -> None:
    golden("windows_update.ps1", step().script)
    made = step(searchCriteria="IsInstalled=0", filters=FILTERS, updateLimit=20)
    golden("windows_update_chosen.ps1", made.script)
    assert made.os_type == "Windows"
    assert "$restart_needed = 3010\n" in made.script
