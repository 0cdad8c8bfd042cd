"""The registry finds what is there and refuses the rest by name."""

from shared.customizers.registry import AIB_TYPES, customizer_kinds, read_customizer, steps_of
from shared.domain.template import (
    FileCustomizer,
    ImageTemplate,
    PlatformImageSource,
    ShellCustomizer,
    VhdDistributor,
)
from shared.reading.object_reader import read_object
from shared.reading.report import Report


def refusal(written: object) -> list[tuple[str, str, str]]:
    report = Report("2025-10-01")
    fields = read_object({"type": written, "inline": ["x"], "anything": 1}, "c[0]", report)
    assert fields is not None
    assert read_customizer(fields) is None
    fields.report_unknown_fields()
    return [(problem.path, problem.code, problem.message) for problem in report.problems]


def test_every_module_with_a_customizer_is_found() -> None:
    assert set(customizer_kinds()) == {"Shell", "File"}
    assert set(customizer_kinds()) <= set(AIB_TYPES)


def test_what_aib_has_and_kiln_not_yet_is_said_so() -> None:
    for name in set(AIB_TYPES) - set(customizer_kinds()):
        message = f"{name} customizers are not supported by Kiln yet"
        assert refusal(name) == [("c[0].type", "UnsupportedCustomizerType", message)]


def test_unknown_types_are_refused() -> None:
    assert refusal("shell") == [("c[0].type", "BadCustomizerType", 'did you mean "Shell"? Case counts')]
    [(path, code, message)] = refusal("Ansible")
    assert (path, code) == ("c[0].type", "BadCustomizerType")
    assert "Shell, PowerShell, File" in message
    assert refusal("")[0][1] == "BadCustomizerType"


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
    )
    named = [(step.index, step.type, step.name) for step in steps_of(template)]
    assert named == [(0, "Shell", "customize[0]"), (1, "File", "copy"), (2, "Shell", "customize[2]")]
