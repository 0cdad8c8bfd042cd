"""docs/template.md names every property of the API, and says what Kiln really does with it."""

import re
from pathlib import Path

import pytest

from shared.customizers.registry import steps_of, validation_steps_of
from shared.domain.problems import InvalidTemplateError, Problem
from shared.template.notes import notes_of
from tests.unit.template.contract import contract_places
from tests.unit.template.samples import IDENTITY, IMAGE, NETWORK, SHA, minimal, parse, with_properties

DOCUMENT = Path(__file__).parents[3] / "docs" / "template.md"
ROW = re.compile(r"^\| `([^`]+)` \| (supported|no effect) \|.*\|$", re.MULTILINE)
STEP = re.compile(r"([A-Za-z*]+)(\[\])?(?:\((\w+)\))?")

# What to say at a place, by its name; "x" for the rest.
TELLING: dict[str, object] = {
    "state": "Enabled",
    "onCustomizerError": "abort",
    "onValidationError": "abort",
    "continueDistributeOnFailure": True,
    "sourceValidationOnly": True,
    "inVMValidations": [{"type": "Shell", "inline": ["true"]}],
    "additionalDataDisks": [{"sizeGB": 1}],
    "sizeGB": 1,
    "name": "web",
    "type": "Microsoft.VirtualMachineImages/imageTemplates",
    "containerInstanceSubnetId": f"{NETWORK}/subnets/other",
    "proxyVmSize": "Standard_A1_v2",
    "scriptUri": "https://example.com/x",
    "sha256Checksum": SHA,
    "restartCommand": "shutdown /r /t 0",
}
# What an object needs besides, by the step of the place that leads to it.
NEEDED: dict[str, dict[str, object]] = {
    "source(PlatformImage)": {"publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
    "source(SharedImageVersion)": {"imageVersionId": f"{IMAGE}/versions/latest"},
    "vnetConfig": {"subnetId": f"{NETWORK}/subnets/build"},
    "identity": {"type": "UserAssigned"},
}


# A template with a fault for each of AIB's codes that concern input.
CODES: list[tuple[dict[str, object], str]] = [
    ({"source": {"type": "Floppy"}}, "BadSourceType"),
    ({"source": {"type": "PlatformImage"}}, "BadPIRSource"),
    ({"source": {"type": "ManagedImage"}}, "BadManagedImageSource"),
    ({"source": {"type": "SharedImageVersion"}}, "BadSharedImageVersionSource"),
    ({"customize": [{"type": "Python"}]}, "BadCustomizerType"),
    ({"customize": [{"type": "Shell"}]}, "NoCustomizerScript"),
    (
        {"customize": [{"type": "Shell", "inline": ["x"]}, {"type": "WindowsRestart"}]},
        "UnsupportedCustomizerType",
    ),
    ({"validate": {"inVMValidations": [{"type": "Python"}]}}, "BadValidatorType"),
    ({"validate": {"inVMValidations": [{"type": "Shell"}]}}, "NoValidatorScript"),
    (
        {
            "validate": {
                "inVMValidations": [{"type": kind, "inline": ["x"]} for kind in ("Shell", "PowerShell")]
            }
        },
        "UnsupportedValidatorType",
    ),
    ({"distribute": [{"type": "Floppy"}]}, "BadDistributeType"),
    ({"distribute": [{"type": "SharedImage"}]}, "BadSharedImageDistribute"),
    ({"stagingResourceGroup": "x"}, "BadStagingResourceGroup"),
]


def rows(said: str) -> list[str]:
    """The places that the document says this of."""
    return [match[1] for match in ROW.finditer(DOCUMENT.read_text()) if match[2].startswith(said)]


def saying(place: str, member: dict[str, object] | None = None) -> dict[str, object]:
    """The least template with something said at a place of the table, or with `member` there instead."""
    document = minimal()
    around = document
    *steps, name = place.split(".")
    for step in steps:
        around = enter(around, step)
    around.update({name: TELLING.get(name, "x")} if member is None else member)
    return document


def enter(around: dict[str, object], step: str) -> dict[str, object]:
    """The object that a step leads to, made if it is not there; an item of a list has a list of its own."""
    match = STEP.fullmatch(step)
    assert match is not None
    name = IDENTITY if match[1] == "*" else match[1]
    held = around.get(name)
    inner: dict[str, object] = held if isinstance(held, dict) and not match[3] else {}
    if match[2] or match[3]:
        inner["type"] = match[3] or "Shell"
    inner.update(NEEDED.get(step, {}))
    around[name] = [inner] if match[2] else inner
    return inner


def problems_of(document: dict[str, object]) -> tuple[Problem, ...]:
    try:
        parse(document)
    except InvalidTemplateError as error:
        return error.problems
    return ()


def test_no_property_is_missing_and_none_is_made_up() -> None:
    assert sorted(rows("")) == sorted(contract_places())


@pytest.mark.parametrize("place", rows("supported"))
def test_what_is_said_to_be_supported_is_known(place: str) -> None:
    name = place.rpartition(".")[2]
    faults = [problem.message for problem in problems_of(saying(place)) if problem.path.endswith(name)]
    assert not any("unknown" in fault or "not supported" in fault for fault in faults)


@pytest.mark.parametrize("place", rows("no effect"))
def test_what_is_said_to_have_no_effect_has_none_and_is_noted_where_aib_has_it(place: str) -> None:
    document = saying(place)
    if ".workload." in place:
        enter(enter(enter(document, "properties"), "optimize"), "workload")["state"] = "Enabled"
    assert document != saying(place, {})
    said, unsaid = parse(document), parse(saying(place, {}))
    if said != unsaid:
        assert any(generic(note.path).startswith(place.rpartition(".")[0]) for note in notes_of(said))
    assert (steps_of(said), validation_steps_of(said)) == (steps_of(unsaid), validation_steps_of(unsaid))


def generic(path: str) -> str:
    """A place of a document as the table writes it, for the one type that needs it."""
    return path.replace("customize[0]", "customize[](WindowsRestart)")


@pytest.mark.parametrize(("members", "code"), CODES)
def test_every_code_of_aib_is_given(members: dict[str, object], code: str) -> None:
    assert code in DOCUMENT.read_text()
    assert code in [problem.code for problem in problems_of(with_properties(members))]
