"""docs/template.md names every property of the API, and says what Kiln really does with it."""

import re
from pathlib import Path

import pytest

from shared.domain.problems import InvalidTemplateError, Problem
from tests.unit.template.contract import contract_places
from tests.unit.template.samples import IDENTITY, IMAGE, NETWORK, SHA, minimal, parse

DOCUMENT = Path(__file__).parents[3] / "docs" / "template.md"
ROW = re.compile(r"^\| `([^`]+)` \| (supported|no effect|refused: \w+) \|.*\|$", re.MULTILINE)
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
}
# What an object needs besides, by the step of the place that leads to it.
NEEDED: dict[str, dict[str, object]] = {
    "source(PlatformImage)": {"publisher": "p", "offer": "o", "sku": "s", "version": "latest"},
    "source(SharedImageVersion)": {"imageVersionId": f"{IMAGE}/versions/latest"},
    "vnetConfig": {"subnetId": f"{NETWORK}/subnets/build"},
    "identity": {"type": "UserAssigned"},
}


def rows(said: str) -> list[tuple[str, str]]:
    """The places that the document says this of, with the code for those that are refused."""
    found = [(match[1], match[2]) for match in ROW.finditer(DOCUMENT.read_text())]
    return [(place, what.rpartition(" ")[2]) for place, what in found if what.startswith(said)]


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
    assert sorted(place for place, _ in rows("")) == sorted(contract_places())


@pytest.mark.parametrize(("place", "code"), rows("refused"))
def test_what_is_said_to_be_refused_is_refused(place: str, code: str) -> None:
    member = {} if place.endswith(").type") else None  # the type itself is refused, not what it is set to
    problems = problems_of(saying(place, member))
    assert [found.code for found in problems if "not supported by Kiln yet" in found.message] == [code]


@pytest.mark.parametrize("place", [place for place, _ in rows("supported")])
def test_what_is_said_to_be_supported_is_known(place: str) -> None:
    name = place.rpartition(".")[2]
    faults = [problem.message for problem in problems_of(saying(place)) if problem.path.endswith(name)]
    assert not any("unknown" in fault or "not supported" in fault for fault in faults)


@pytest.mark.parametrize("place", [place for place, _ in rows("no effect")])
def test_what_is_said_to_have_no_effect_has_none(place: str) -> None:
    document = saying(place)
    if place.startswith("properties.optimize.workload."):
        enter(enter(enter(document, "properties"), "optimize"), "workload")["state"] = "Disabled"
    assert document != saying(place, {})
    assert parse(document) == parse(saying(place, {}))
