"""A sample of the fault matrix; `nox -s matrix` runs the whole and writes it into docs/reliability.md."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import root
from tests.faults.build.arm_calls import Lane
from tests.faults.build.cell import Outcome
from tests.faults.build.cells import all_cells, run_cells
from tests.faults.build.scene import LOCATIONS, Scene, scene

__all__ = ["root"]
# One of each kind of fault that does not take minutes, in different stages.
SAMPLE = (
    ("GET galleries/images", "404"),
    ("PUT resourcegroups", "response lost"),
    ("PUT networkInterfaces", "429, Retry-After"),
    ("PUT virtualMachines", "operation fails"),
    ("PUT virtualMachines/runCommands customize-00", "response lost"),
    ("GET operations (Compute)", "500, twice"),
    ("GET snapshots (list)", "400"),
    ("GET snapshots (list)", "500, for good"),
    ("PUT snapshots (layer)", "operation fails"),
    ("POST generalize", "connection reset"),
    ("PUT images/versions", "409"),
    ("PUT images/versions", "operation fails late"),
    ("DELETE resourcegroups", "400"),
)


@pytest.fixture(scope="module")
def running(root: Path) -> Iterator[Scene]:
    with scene(root) as found:
        yield found


@pytest.fixture(scope="module")
def outcomes(running: Scene) -> dict[tuple[str, str], Outcome]:
    """The sample's builds, run side by side."""
    calls = running.calls(Lane("probe", LOCATIONS[0]))
    cells = [cell for cell in all_cells(calls) if (cell[0].label, cell[1].name) in SAMPLE]
    ended = run_cells(running, cells)
    return {(outcome.call.label, outcome.kind.name): outcome for outcome in ended}


@pytest.mark.parametrize(("call", "fault"), SAMPLE)
def test_a_build_ends_truthfully_and_leaves_nothing(
    outcomes: dict[tuple[str, str], Outcome], call: str, fault: str
) -> None:
    outcome = outcomes[call, fault]
    assert outcome.problems == ()
