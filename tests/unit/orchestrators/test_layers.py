"""A build that begins with a layer runs the customizers that are not in it, and needs no layer to succeed."""

from dataclasses import replace
from typing import Any

from orchestrators.build_image import build_image
from shared.domain.build import BuildRequest, StagedBuild
from shared.domain.codec import to_json
from shared.domain.errors import BuildError
from shared.domain.layers import CacheUse, StepCache
from shared.domain.operations import OperationState, OperationStatus
from shared.domain.planned_vm import StagedKind
from tests.unit.orchestrators.fake_activities import STAGED, failing, failure, succeeding, value
from tests.unit.orchestrators.simulation import Simulation

REQUEST = to_json(BuildRequest("web-20261121T120000-abcdef", timeout_minutes=60))
HIT, MISS = StepCache(0, CacheUse.HIT), StepCache(1, CacheUse.MISS, "it changed")
KEPT = tuple(replace(step, kept=True) for step in STAGED.steps)
PLANNED = replace(STAGED, uses_layers=True, steps=KEPT)
CHOSEN = replace(PLANNED, caches=(HIT, MISS), in_layer=1, source_image=StagedKind.DISK)
LEFT = replace(PLANNED, caches=(replace(MISS, index=0), MISS))
BROKEN = OperationStatus(OperationState.FAILED, error=BuildError("SnapshotGone", "there is no snapshot"))


def build(chosen: StagedBuild, activities: dict[str, Any] | None = None) -> tuple[Any, Simulation]:
    answers = {
        "plan_build": lambda _: value(PLANNED),
        "choose_layer": lambda _: value(chosen),
        "leave_layer": lambda _: value(LEFT),
    }
    simulation = Simulation((activities or succeeding()) | answers)
    return simulation.run(build_image, REQUEST), simulation


def calls(simulation: Simulation, *names: str) -> list[str]:
    return [name for name in simulation.calls if name in names]


STEPS = ("create_staged_disk", "create_vm", "start_step", "keep_layer", "start_deprovision")


def test_without_a_layer_each_customizer_runs_and_is_kept() -> None:
    error, simulation = build(LEFT)
    assert error is None
    steps = ["start_step", "keep_layer"] * 2
    assert calls(simulation, *STEPS) == ["create_vm", *steps, "start_deprovision"]
    order = calls(simulation, "stage_artifact", "choose_layer", "create_virtual_network")
    assert order == ["stage_artifact", "choose_layer", "create_virtual_network"]


def test_with_a_layer_the_rest_runs() -> None:
    error, simulation = build(CHOSEN)
    assert error is None
    rest = ["start_step", "keep_layer", "start_deprovision"]
    assert calls(simulation, *STEPS) == ["create_staged_disk", "create_vm", *rest]
    order = calls(simulation, "create_staged_disk", "create_nat_gateway")
    assert order == ["create_staged_disk", "create_nat_gateway"], "made beside each other"
    [started] = [payload for name, payload in simulation.inputs if name == "start_step"]
    assert started["index"] == 1
    [chosen] = simulation.recorded("layersChosen")
    assert [cache["use"] for cache in chosen["caches"]] == ["hit", "miss"]


def test_a_layer_that_is_gone_is_left_and_every_customizer_runs() -> None:
    error, simulation = build(CHOSEN, failing({"create_staged_disk": BROKEN}))
    assert error is None
    names = calls(simulation, *STEPS, "delete_layer_disk", "leave_layer")
    assert names[:4] == ["create_staged_disk", "delete_layer_disk", "leave_layer", "create_vm"]
    assert names.count("start_step") == len(KEPT)
    [note] = simulation.recorded("noted")
    assert note["text"] == "the layer could not be used: there is no snapshot"


def test_a_layer_that_cannot_be_kept_is_a_note() -> None:
    for activities in (
        failing({"keep_layer": BROKEN}),
        succeeding() | {"keep_layer": lambda _: failure("SnapshotGone", "there is no snapshot")},
    ):
        error, simulation = build(LEFT, activities)
        assert error is None
        assert [note["text"] for note in simulation.recorded("noted")] == [
            f"no layer was kept after customize[{index}]: there is no snapshot" for index in (0, 1)
        ]


def test_a_build_that_is_stopped_meanwhile_is_stopped() -> None:
    for activity in ("create_staged_disk", "keep_layer"):
        stopped = succeeding() | {activity: lambda _: failure("Canceled", "the build was cancelled")}
        error, simulation = build(CHOSEN, stopped)
        assert error["code"] == "Canceled"
        assert "leave_layer" not in simulation.calls
        assert simulation.recorded("noted") == []
