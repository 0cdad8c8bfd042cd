"""A sweep removes what it finds in order, tells what it could not, and ends lost runs truthfully."""

from typing import Any

from orchestrators.janitor import janitor
from shared.domain.codec import from_json, to_json
from shared.domain.janitor import (
    GROUP,
    Leftover,
    Leftovers,
    LostRun,
    Released,
    SweepReport,
    SweepRequest,
    Tidied,
    Unpublished,
)
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus
from tests.unit.orchestrators.fake_activities import failure, value
from tests.unit.orchestrators.simulation import Simulation

RUN = "web-20261121T100000-abcdef"
VM = Leftover("/vm", "Microsoft.Compute/virtualMachines", RUN, "its run has ended")
NETWORK = Leftover("/vnet", "Microsoft.Network/virtualNetworks", RUN, "its run has ended")
IMAGE_GROUP = Leftover("/group", GROUP, RUN, "its run has ended")
ACCESS = OperationRef(OperationKind.ARM_UNDO, "/snapshot", "https://arm/1")


def activities(*found: Leftover) -> dict[str, Any]:
    return {
        "find_leftovers": lambda _: value(Leftovers(found)),
        "find_stale_layers": lambda _: value(Leftovers(())),
        "release_leftover": lambda _: value(Released((ACCESS,))),
        "delete_leftover": lambda leftover: value(
            OperationRef(OperationKind.ARM_UNDO, leftover["id"], "url")
        ),
        "poll_operation": lambda _: value(OperationStatus(OperationState.SUCCEEDED)),
        "tidy_catalog": lambda _: value(Tidied(2, 5)),
        "unpublished_outputs": lambda _: value(Unpublished((1,), (0,))),
        "delete_gallery_version": lambda _: value(OperationRef(OperationKind.DONE, "/version")),
        "delete_vhd": lambda _: value(None),
        "delete_staging_group": lambda _: value(OperationRef(OperationKind.DONE, "/group")),
        "delete_scripts": lambda _: value(None),
        "record_events": lambda _: value(None),
    }


def sweep(given: dict[str, Any], *lost: LostRun) -> tuple[SweepReport, Simulation]:
    simulation = Simulation(given)
    return from_json(SweepReport, simulation.run(janitor, to_json(SweepRequest(lost)))), simulation


def test_everything_found_is_removed_in_order() -> None:
    report, simulation = sweep(activities(IMAGE_GROUP, VM, NETWORK))
    assert report == SweepReport(removed=("/group", "/vm", "/vnet"), tidied=Tidied(2, 5))
    assert simulation.calls.count("release_leftover") == 3


def test_what_cannot_be_removed_is_told_and_stops_nothing() -> None:
    given = activities(VM, NETWORK)
    given["delete_leftover"] = lambda leftover: (
        failure("ScopeLocked", "there is a lock")
        if leftover["id"] == "/vm"
        else value(OperationRef(OperationKind.DONE, leftover["id"]))
    )
    report, _ = sweep(given)
    assert report.removed == ("/vnet",)
    assert report.failed == ("/vm: ScopeLocked: there is a lock",)


def test_a_lost_run_is_undone_and_then_marked() -> None:
    report, simulation = sweep(activities(), LostRun(RUN, "its history was purged"))
    assert report.abandoned == (RUN,)
    assert simulation.calls[:6] == [
        "unpublished_outputs",
        "delete_gallery_version",
        "delete_vhd",
        "delete_staging_group",
        "delete_scripts",
        "record_events",
    ]
    [ended] = simulation.recorded("runEnded")
    assert ended["error"]["code"] == "OrchestrationLost"


def test_a_lost_run_that_cannot_be_undone_is_not_marked() -> None:
    given = activities() | {"delete_staging_group": lambda _: failure("ScopeLocked")}
    report, simulation = sweep(given, LostRun(RUN, "its history was purged"))
    assert report.failed[0].startswith(f"{RUN}: ScopeLocked")
    assert "record_events" not in simulation.calls
    assert "find_leftovers" in simulation.calls
