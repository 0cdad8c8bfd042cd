"""The registry finds what is there and refuses the rest by name."""

from dataclasses import replace

import pytest

from shared.customizers.kind import CUSTOMIZE, VALIDATE, Role
from shared.customizers.registry import customizer_kinds, read_customizers, steps_of, validation_steps_of
from shared.domain.template import (
    FileCustomizer,
    ImageTemplate,
    PlatformImageSource,
    ShellCustomizer,
    Validation,
    VhdDistributor,
)
from shared.reading.object_reader import read_object
from shared.reading.report import Report

OF_AIB = {"Shell", "PowerShell", "File", "WindowsRestart", "WindowsUpdate"}


def refusal(
    written: object, role: Role = CUSTOMIZE, api_version: str = "2025-10-01"
) -> list[tuple[str, str, str]]:
    report = Report(api_version)
    fields = read_object({"type": written, "inline": ["x"], "anything": 1}, "c[0]", report)
    assert fields is not None
    assert read_customizers([fields], role) == ()
    fields.report_unknown_fields()
    return [(problem.path, problem.code, problem.message) for problem in report.problems]


def test_every_module_with_a_customizer_is_found() -> None:
    assert {name for name, kind in customizer_kinds().items() if not kind.kilns_own} == OF_AIB
    assert set(customizer_kinds()) - OF_AIB == {"LinuxRestart"}


def test_three_of_them_validate() -> None:
    assert {name for name, kind in customizer_kinds().items() if kind.validates} == {
        "Shell",
        "PowerShell",
        "File",
    }
    [(path, code, message)] = refusal("WindowsRestart", VALIDATE)
    assert (path, code, message) == (
        "c[0].type",
        "BadValidatorType",
        "must be one of File, PowerShell, Shell",
    )


def test_unknown_types_are_refused() -> None:
    assert refusal("shell") == [("c[0].type", "BadCustomizerType", 'did you mean "Shell"? Case counts')]
    [(path, code, message)] = refusal("Ansible")
    assert (path, code) == ("c[0].type", "BadCustomizerType")
    assert message == "must be one of File, PowerShell, Shell, WindowsRestart, WindowsUpdate"
    assert refusal("")[0][1] == "BadCustomizerType"


def test_kilns_own_types_need_its_api_version() -> None:
    [(_, code, message)] = refusal("LinuxRestart")
    assert code == "BadCustomizerType"
    assert message == "is a type of Kiln's own; it is read where apiVersion is 2025-10-01-kiln"
    assert "LinuxRestart" in refusal("Ansible", api_version="2025-10-01-kiln")[0][2]


@pytest.mark.parametrize(
    ("items", "faulty"),
    [
        (
            [
                {"type": "Shell", "inline": ["x"]},
                {"type": "File", "sourceUri": "http://h/x", "destination": "/x"},
            ],
            [],
        ),
        ([{"type": "WindowsUpdate"}, {"type": "File", "sourceUri": "http://h/x", "destination": "C:/x"}], []),
        (
            [
                {"type": "File", "sourceUri": "http://h/x", "destination": "C:/x"},
                {"type": "Shell", "inline": ["x"]},
            ],
            [1],
        ),
        ([{"type": "Shell", "inline": ["x"]}, {"type": "WindowsRestart"}, {"type": "WindowsUpdate"}], [1, 2]),
    ],
)
def test_no_vm_runs_both_of_them(items: list[dict[str, object]], faulty: list[int]) -> None:
    report = Report("2025-10-01")
    fields = [read_object(each, f"c[{index}]", report) for index, each in enumerate(items)]
    read_customizers([each for each in fields if each is not None], CUSTOMIZE)
    found = [(problem.path, problem.code) for problem in report.problems]
    assert found == [(f"c[{index}].type", "UnsupportedCustomizerType") for index in faulty]


def test_steps_are_numbered_in_the_templates_order() -> None:
    template = ImageTemplate(
        subscription_id="s",
        resource_group="g",
        name="t",
        location="westeurope",
        source=PlatformImageSource("p", "o", "s", "latest"),
        distribute=(VhdDistributor("vhd"),),
        customize=(
            ShellCustomizer("", inline=("true",)),
            FileCustomizer("copy", "https://h/x", "/x"),
            ShellCustomizer("", inline=("false",)),
        ),
        validation=Validation((ShellCustomizer("", inline=("true",)),)),
    )
    assert [step.name for step in validation_steps_of(template)] == ["inVMValidations[0]"]
    assert validation_steps_of(replace(template, validation=None)) == ()
    named = [(step.index, step.type, step.name) for step in steps_of(template)]
    assert named == [(0, "Shell", "customize[0]"), (1, "File", "copy"), (2, "Shell", "customize[2]")]
