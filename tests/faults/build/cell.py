"""One cell of the matrix: a real build that meets one fault, and whether all that was promised held."""

import re
from dataclasses import dataclass
from typing import Any

from tests.faults.build.arm_calls import ArmCall, Lane
from tests.faults.build.fault_kinds import Expected, FaultKind
from tests.faults.build.scene import Scene

TIMED_OUT = {"BuildTimedOut", "OperationTimedOut"}
ABSENT = re.compile(
    r"NotFound$|^Bad\w+Source$"
)  # Kiln's own words for what the template names and is not there


@dataclass(frozen=True)
class Outcome:
    """`problems` are broken promises; `swept` says that the janitor had something to remove."""

    call: ArmCall
    kind: FaultKind
    run: dict[str, Any]
    swept: bool
    problems: tuple[str, ...]

    @property
    def text(self) -> str:
        """For the table: how the run ended and, unless it succeeded, in which stage."""
        error = self.run["error"]
        state = {"PartiallySucceeded": "partly"}.get(self.run["state"], self.run["state"].lower())
        text = f"{state}, {error['stage']}" if error else state
        return ("**BROKEN** " if self.problems else "") + text + (" †" if self.swept else "")


def run_cell(scene: Scene, call: ArmCall, kind: FaultKind, lane: Lane) -> Outcome:
    """Builds with the fault on, then lets the janitor look, then checks."""
    message = f"the fault of {lane.name}"
    body = dict(kind.body) if "drop" in kind.body else {**kind.body, "message": message}
    template = scene.template(lane, timeout_minutes=1 if kind.expected is Expected.TIMES_OUT else 10)
    with scene.fault(call.pattern(lane), body):
        run_id = scene.stack.build(template, lane.name)
        run = scene.finish(run_id)
    swept = bool(scene.left_over(run_id))
    if swept:
        scene.sweep(run_id)
    problems = [
        *_wrong_end(call, kind, run, message),
        *_leftovers(scene, run_id),
        *outputs_differ(scene, lane, run),
    ]
    return Outcome(call, kind, run, swept, tuple(problems))


def _wrong_end(call: ArmCall, kind: FaultKind, run: dict[str, Any], message: str) -> list[str]:
    """The state must be the one that the fault calls for, and tell the real cause."""
    error = run["error"]
    succeeded = run["state"] == "Succeeded" and error is None
    harmless = call.undoes or (kind.expected is Expected.FAILS_LATE and call.runs_script)
    if kind.expected is Expected.SUCCEEDS or call.concerns_layers or (harmless and succeeded):
        return [] if succeeded else [f"ended {run['state']}: {error}"]
    if error is None:
        return [f"ended {run['state']} without an error"]
    problems = [] if error["stage"] else ["the error names no stage"]
    return (
        problems if _is_told(call, kind, error, message) else [*problems, f"the cause is not told: {error}"]
    )


def _is_told(call: ArmCall, kind: FaultKind, error: dict[str, Any], message: str) -> bool:
    """Whether the error tells what happened: in the fault's own words, or in better ones."""
    if call.undoes and error["code"] == "ResourceGroupDeletionBlocked":
        return (
            True  # a snapshot that stays open blocks its group's deletion, and Azure then names the snapshot
        )
    if kind.expected is Expected.TIMES_OUT:
        return error["code"] in TIMED_OUT
    if kind.expected is Expected.IS_ABSENT and call.method == "GET" and ABSENT.search(error["code"]):
        return True
    return message in error["message"]


def _leftovers(scene: Scene, run_id: str) -> list[str]:
    left = scene.left_over(run_id)
    return [f"left over: {', '.join(left)}"] if left else []


def outputs_differ(scene: Scene, lane: Lane, run: dict[str, Any]) -> list[str]:
    """What the run says it published is there, once, and nothing else."""
    published = {output["name"]: output["state"] == "Succeeded" for output in run["outputs"]}
    versions = scene.stack.versions(scene.definition(lane))
    vhds = scene.blobs("vhds", f"{run['id']}/")
    problems = []
    if len(versions) != int(published.get("gallery", False)):
        problems.append(f"gallery versions {versions}, the run says {run['outputs']}")
    if len(vhds) != int(published.get("vhd", False)):
        problems.append(f"VHDs {vhds}, the run says {run['outputs']}")
    if run["state"] == "Failed" and any(published.values()):
        problems.append("Failed although something was published")
    return problems
