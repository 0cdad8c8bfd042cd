"""Restarts, updates that ask for them, validation, abort, adopted groups: what a build calls, and when."""

from dataclasses import replace
from typing import Any

from orchestrators.build_image import build_image
from shared.domain.build import BuildRequest, Kept, StagedBuild, StagedStep
from shared.domain.codec import to_json
from shared.domain.errors import BuildError
from shared.domain.operations import OperationState, OperationStatus
from shared.domain.planned_vm import StagedKind
from shared.domain.run import Phase, Stage
from tests.unit.orchestrators.fake_activities import STAGED, failing, succeeding, value
from tests.unit.orchestrators.simulation import Simulation

REQUEST = to_json(BuildRequest("web-20261121T120000-abcdef", timeout_minutes=600))
KEPT = Kept("kilnvm", "IT_web", "2026-11-22T00:00:00+00:00", "az vm run-command invoke …")
FAILED = OperationStatus(
    OperationState.FAILED,
    error=BuildError("ScriptFailed", "exit code 3", details={"exitCode": "3"}),
    exit_code=3,
)
RESTART = OperationStatus(
    OperationState.FAILED, error=BuildError("ScriptFailed", "exit code 3010"), exit_code=3010
)


def build(staged: StagedBuild, activities: dict[str, Any] | None = None) -> tuple[Any, Simulation]:
    simulation = Simulation((activities or succeeding()) | {"plan_build": lambda _: value(staged)})
    return simulation.run(build_image, REQUEST), simulation


def calls(simulation: Simulation, *names: str) -> list[tuple[str, Any]]:
    return [(name, payload) for name, payload in simulation.inputs if name in names]


def with_steps(*steps: StagedStep) -> StagedBuild:
    return replace(STAGED, steps=steps)


def validating(**changes: Any) -> StagedBuild:
    look = StagedStep(Phase.VALIDATE, 0, "Shell", "look")
    return replace(
        STAGED,
        stages=tuple(Stage),
        validators=(look,),
        result_image=StagedKind.MANAGED_IMAGE,
        new_validation_vm=True,
        **changes,
    )


def only_validators_fail() -> dict[str, Any]:
    """The operation of a validator's script fails, that of a customizer's does not."""
    activities = succeeding()
    start = activities["start_step"]

    def start_step(payload: dict[str, Any]) -> Any:
        reply = start(payload)
        reply["value"]["resource_id"] = payload["phase"]
        return reply

    return failing({"validate": FAILED}) | {"start_step": start_step}


def test_a_restart_comes_before_its_check() -> None:
    step = StagedStep(Phase.CUSTOMIZE, 0, "LinuxRestart", "restart", timeout_seconds=60, restarts=True)
    error, simulation = build(with_steps(step))
    assert error is None
    assert [name for name, _ in calls(simulation, "restart_step_vm", "start_step")] == [
        "restart_step_vm",
        "start_step",
    ]


def test_updates_are_installed_until_no_restart_is_needed() -> None:
    rounds = [RESTART, RESTART, OperationStatus(OperationState.SUCCEEDED, exit_code=0)]

    def poll(asked: dict[str, Any]) -> Any:
        is_script = asked["operation"]["resource_id"] == "start_step"
        return value(rounds.pop(0) if is_script else OperationStatus(OperationState.SUCCEEDED))

    step = StagedStep(Phase.CUSTOMIZE, 0, "WindowsUpdate", "updates", most_restarts=5)
    error, simulation = build(with_steps(step), succeeding() | {"poll_operation": poll})
    assert error is None
    assert [(n, p["rounds"]) for n, p in calls(simulation, "restart_step_vm", "start_step")] == [
        ("start_step", 1),
        ("restart_step_vm", 2),
        ("start_step", 2),
        ("restart_step_vm", 3),
        ("start_step", 3),
    ]


def test_updates_that_never_end_fail() -> None:
    step = StagedStep(Phase.CUSTOMIZE, 0, "WindowsUpdate", "updates", most_restarts=2)
    error, simulation = build(with_steps(step), failing({"start_step": RESTART}))
    assert (error["code"], error["details"]["exitCode"]) == ("CustomizerFailed", "3010")
    assert len(calls(simulation, "start_step")) == 3


def test_old_scripts_make_room_for_new_ones() -> None:
    steps = [StagedStep(Phase.CUSTOMIZE, index, "Shell", f"step {index}") for index in range(30)]
    error, simulation = build(with_steps(*steps))
    assert error is None
    assert [payload["index"] for _, payload in calls(simulation, "forget_step")] == list(range(10))


def test_a_result_is_validated_in_a_vm_of_its_own_before_it_is_published() -> None:
    error, simulation = build(validating())
    assert error is None
    roles = [(name, p["role"]) for name, p in calls(simulation, "create_vm", "create_staged_image")]
    assert roles == [
        ("create_vm", "build"),
        ("create_staged_image", "validation"),
        ("create_vm", "validation"),
    ]
    order = [name for name, _ in simulation.inputs]
    assert order.index("publish_gallery_version") > order.index("start_step")


def test_a_failed_validation_publishes_only_where_it_is_asked_to() -> None:
    error, simulation = build(validating(), only_validators_fail())
    assert (error["code"], error["stage"]) == ("ValidatorFailed", "validate")
    assert "publish_gallery_version" not in simulation.calls
    error, simulation = build(validating(continue_on_invalid=True), only_validators_fail())
    assert (error["code"], error["stage"]) == ("ValidatorFailed", "validate")
    assert "publish_gallery_version" in simulation.calls


def test_an_abort_keeps_the_group_and_says_how_to_reach_the_vm() -> None:
    staged = replace(STAGED, kept_on_error={"customize": KEPT})
    error, simulation = build(staged, failing({"start_step": FAILED}))
    assert "delete_staging_group" not in simulation.calls
    assert error["details"]["command"] == KEPT.command
    assert simulation.recorded("runEnded")[0]["kept_until"] == KEPT.until


def test_only_a_failing_script_keeps_anything() -> None:
    staged = replace(STAGED, kept_on_error={"customize": KEPT})
    failed = OperationStatus(OperationState.FAILED, error=BuildError("SkuNotAvailable", "no"))
    _, simulation = build(staged, failing({"create_vm": failed}))
    assert "delete_staging_group" in simulation.calls


def test_a_group_that_was_there_before_is_emptied_and_given_back() -> None:
    error, simulation = build(replace(STAGED, undone_by_name=3))
    assert error is None
    assert [p["index"] for _, p in calls(simulation, "delete_staged_resource")] == [0, 1, 2]
    assert "release_staging_group" in simulation.calls
    assert "delete_staging_group" not in simulation.calls
