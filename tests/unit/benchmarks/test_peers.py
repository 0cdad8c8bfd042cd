"""What the comparison of builders says of its figures."""

from benchmarks.arm_calls import classify
from benchmarks.peers import report
from benchmarks.peers.measuring import Measured
from benchmarks.peers.peer import Case, Facts
from cli.json_types import Json

GROUP = "/subscriptions/s/resourceGroups/g/providers"


def measured(name: str, cold: list[float], less: str = "") -> Measured:
    return Measured(name, Facts("1", less), {Case.COLD: cold} if cold else {})


def test_a_ratio_is_to_the_fastest_other_builder() -> None:
    found = [measured("Kiln", [30.0, 20.0]), measured("slow", [90.0, 80.0]), measured("quick", [40.0, 50.0])]
    assert report.ratio(found, Case.COLD) == "0.57 of quick's (0.40 to 0.75 by turn)"
    assert report.ratio(found, Case.WARM) == ""


def test_what_has_no_figure_is_told_with_its_reason() -> None:
    partial = measured("partial", [], less="no boot loader")
    partial.refuse(Case.COLD, "it makes none")
    text = report.table([measured("Kiln", [3.0]), partial], [("absent", "no such package")], 1, 0.5)
    assert "| partial 1 | - |" in text
    assert "- partial does less: no boot loader." in text
    assert "- partial, cold: no figure: it makes none." in text
    assert "- absent could not be installed: no such package." in text


def test_a_builder_that_refused_a_case_beforehand_has_not_failed() -> None:
    beforehand = Measured("b", Facts("1", refused={Case.COLD: "it makes none"}))
    beforehand.refuse(Case.COLD, "it makes none")
    assert not beforehand.failed
    beforehand.refuse(Case.WARM, "exit code 1")
    assert beforehand.failed


def test_calls_are_effects_questions_or_polls() -> None:
    exchanges: list[Json] = [
        {"method": "PUT", "path": f"{GROUP}/Microsoft.Compute/virtualMachines/vm/runCommands/step"},
        {"method": "GET", "path": f"{GROUP}/Microsoft.Compute/virtualMachines/vm/runCommands/step"},
        {"method": "GET", "path": "/subscriptions/s/providers/Microsoft.Compute/locations/l/operations/1"},
        {"method": "GET", "path": f"{GROUP}/Microsoft.Compute/galleries/g/images/i"},
        {"method": "POST", "path": f"{GROUP}/Microsoft.Compute/virtualMachines/vm/deallocate"},
        {"method": "DELETE", "path": "/subscriptions/s/resourcegroups/g"},
    ]
    calls = classify(exchanges)
    assert calls.effects == {"PUT runCommands": 1, "POST deallocate": 1, "DELETE resourcegroups": 1}
    assert calls.questions == {"GET images": 1}
    assert calls.polls == {"GET runCommands": 1, "GET operation": 1}
    assert calls.but_polls == 4
