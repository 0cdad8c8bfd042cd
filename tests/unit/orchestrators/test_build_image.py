"""A build calls its activities in order, and leaves nothing behind whatever fails."""

from typing import Any

import pytest

from orchestrators.build_image import build_image
from orchestrators.build_steps import CANCEL_EVENT
from shared.domain.build import BuildRequest
from shared.domain.codec import to_json
from shared.domain.errors import BuildError
from shared.domain.operations import OperationState, OperationStatus
from tests.unit.orchestrators.fake_activities import failing, failure, succeeding, transient, value
from tests.unit.orchestrators.simulation import Simulation

REQUEST = to_json(BuildRequest("web-20261121T120000-abcdef", timeout_minutes=60))
QUIET = {"record_events", "poll_operation", "poll_stoppable"}


def build(activities: dict[str, Any], events: set[str] | None = None) -> tuple[Any, Simulation]:
    simulation = Simulation(activities, events or set())
    return simulation.run(build_image, REQUEST), simulation


def effects(simulation: Simulation) -> list[str]:
    return [name for name in simulation.calls if name not in QUIET]


def test_a_build_runs_its_stages_in_order() -> None:
    error, simulation = build(succeeding())
    assert error is None
    assert effects(simulation) == [
        "open_run",
        "plan_build",
        "create_staging_group",
        "stage_scripts",
        "stage_artifact",
        "create_public_ip",
        "create_network_security_group",
        "create_nat_gateway",
        "create_virtual_network",
        "create_network_interface",
        "create_vm",
        "start_step",
        "start_step",
        "start_deprovision",
        "deallocate_vm",
        "generalize_vm",
        "create_snapshot",
        "publish_gallery_version",
        "record_image",
        "announce",
        "open_snapshot",
        "copy_vhd",
        "check_vhd",
        "close_snapshot",
        "delete_staging_group",
        "delete_scripts",
    ]
    assert [event["stage"] for event in simulation.recorded("stageStarted")] == [
        "provision",
        "customize",
        "capture",
        "replicate",
        "cleanup",
    ]
    assert simulation.recorded("runEnded")[0]["error"] is None


def test_a_failing_customizer_is_named_and_everything_is_deleted() -> None:
    status = OperationStatus(
        OperationState.FAILED,
        error=BuildError("ScriptFailed", "the script failed: exit code 3", details={"exitCode": "3"}),
        exit_code=3,
    )
    activities = failing({"start_step": status})
    error, simulation = build(activities)
    assert error["code"] == "CustomizerFailed"
    assert error["stage"] == "customize"
    assert error["message"].startswith("properties.customize[0] (Shell, install):")
    assert error["details"] == {"customizer": "0", "name": "install", "type": "Shell", "exitCode": "3"}
    assert effects(simulation)[-3:] == ["start_step", "delete_staging_group", "delete_scripts"]
    assert simulation.recorded("stepEnded") == [
        {**simulation.recorded("stepEnded")[0], "index": 0, "succeeded": False, "exit_code": 3}
    ]


@pytest.mark.parametrize("name", sorted({*effects(build(succeeding())[1])} - {"close_snapshot", "announce"}))
def test_every_permanent_failure_ends_in_cleanup(name: str) -> None:
    error, simulation = build(succeeding() | {name: lambda _: failure("Broken")})
    assert error["code"] == "Broken"
    assert "delete_staging_group" in effects(simulation)
    assert simulation.recorded("runEnded")[0]["error"]["code"] == "Broken"


def test_a_snapshot_that_cannot_be_closed_is_no_failure() -> None:
    error, _ = build(succeeding() | {"close_snapshot": lambda _: failure("Broken")})
    assert error is None


def test_a_passing_failure_is_tried_again_with_growing_pauses() -> None:
    answers = [transient(), transient(), value(None)]
    error, simulation = build(succeeding() | {"create_staging_group": lambda _: answers.pop(0)})
    assert error is None
    assert simulation.calls.count("create_staging_group") == 3
    assert simulation.slept[:2] == [1, 2]


def test_a_failure_that_does_not_pass_ends_the_build() -> None:
    error, simulation = build(succeeding() | {"create_vm": lambda _: transient("ARM is away")})
    assert (error["code"], error["message"]) == ("ServiceUnavailable", "ARM is away (after 7 attempts)")
    assert "delete_staging_group" in simulation.calls


def test_an_activity_that_breaks_ends_the_build() -> None:
    def broken(_: object) -> None:
        raise RuntimeError("a bug")

    error, simulation = build(succeeding() | {"create_vm": broken})
    assert error["code"] == "ActivityFailed"
    assert "delete_staging_group" in simulation.calls


def test_a_cancelled_build_cleans_up() -> None:
    error, simulation = build(succeeding(), {CANCEL_EVENT})
    assert error["code"] == "Canceled"
    assert "create_vm" not in simulation.calls
    assert effects(simulation)[-2:] == ["delete_staging_group", "delete_scripts"]


def test_a_build_that_takes_too_long_cleans_up() -> None:
    still = OperationStatus(OperationState.IN_PROGRESS, retry_after_seconds=400)
    left = [still] * 20

    def poll(asked: dict[str, Any]) -> Any:
        slow = asked["operation"]["resource_id"] == "create_vm" and left
        return value(left.pop() if slow else OperationStatus(OperationState.SUCCEEDED))

    error, simulation = build(succeeding() | {"poll_operation": poll})
    assert error["code"] == "BuildTimedOut"
    assert "start_step" not in simulation.calls
    assert "delete_staging_group" in simulation.calls


def test_one_output_that_fails_does_not_stop_the_other() -> None:
    status = OperationStatus(OperationState.FAILED, error=BuildError("GalleryVersionFailed", "no room"))
    error, simulation = build(failing({"publish_gallery_version": status}))
    assert (error["code"], error["stage"]) == ("GalleryVersionFailed", "replicate")
    outputs = {e["output"]["name"]: e["output"]["state"] for e in simulation.recorded("outputChanged")}
    assert outputs == {"gallery": "Failed", "disk": "Succeeded"}
    assert "delete_gallery_version" in simulation.calls


def test_a_failed_copy_is_removed_and_the_snapshot_closed() -> None:
    status = OperationStatus(OperationState.FAILED, error=BuildError("BlobCopyFailed", "gone"))
    error, simulation = build(failing({"copy_vhd": status}))
    assert error["code"] == "BlobCopyFailed"
    assert effects(simulation)[-4:] == [
        "delete_vhd",
        "close_snapshot",
        "delete_staging_group",
        "delete_scripts",
    ]


def test_a_failing_cleanup_never_hides_the_first_error() -> None:
    activities = succeeding() | {
        "create_vm": lambda _: failure("NoQuota"),
        "delete_staging_group": lambda _: failure("Locked"),
    }
    error, simulation = build(activities)
    assert error["code"] == "NoQuota"
    assert simulation.recorded("runEnded")[0]["error"]["code"] == "NoQuota"


def told_and_done(simulation: Simulation) -> list[str]:
    """Activities in order; in the place of those that record events, the kinds of these."""
    return [
        name
        for activity, payload in simulation.inputs
        for name in (
            [event["kind"] for event in payload["events"]] if activity == "record_events" else [activity]
        )
    ]


EARLY = to_json(BuildRequest("web-20261121T120000-abcdef", timeout_minutes=60, ends_before_cleanup=True))


def test_what_happens_at_once_is_told_at_once() -> None:
    simulation = Simulation(succeeding())
    simulation.run(build_image, EARLY)
    told = [
        [event["kind"] for event in payload["events"]]
        for name, payload in simulation.inputs
        if name == "record_events"
    ]
    assert ["stageStarted", "stepStarted"] in told


def test_a_run_may_end_when_its_outputs_are_usable() -> None:
    simulation = Simulation(succeeding())
    assert simulation.run(build_image, EARLY) is None
    order = told_and_done(simulation)
    assert order.index("runEnded") < order.index("delete_staging_group") < order.index("delete_scripts")
    [note] = simulation.recorded("noted")
    assert "removed after" in note["text"]
    assert "cleanup" not in [event["stage"] for event in simulation.recorded("stageStarted")]


def test_a_run_that_failed_ends_when_it_is_cleaned_up() -> None:
    simulation = Simulation(succeeding() | {"deallocate_vm": lambda _: failure("Conflict")})
    error = simulation.run(build_image, EARLY)
    assert error["code"] == "Conflict"
    order = told_and_done(simulation)
    assert order.index("delete_staging_group") < order.index("runEnded")


def test_what_goes_wrong_after_the_end_does_not_change_it() -> None:
    simulation = Simulation(succeeding() | {"delete_staging_group": lambda _: failure("ScopeLocked")})
    assert simulation.run(build_image, EARLY) is None
    assert simulation.recorded("runEnded")[0]["error"] is None
    assert "delete_scripts" in simulation.calls
