"""What the stages of a build are made of: each method yields durable tasks and records what happened."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.build import (
    BuildRequest,
    IndexedCall,
    OpenCall,
    PublishRequest,
    RecordCall,
    RunCall,
    StagedBuild,
    StagedStep,
)
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import (
    AwaitRequest,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
)
from shared.domain.run import Output, Stage, StepRecord
from shared.domain.transitions import (
    Event,
    Planned,
    RunEnded,
    StageStarted,
    StepEnded,
    StepStarted,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext
    from azure.durable_functions.models.Task import TaskBase, TimerTask

Nothing = type(None)
PUBLISHERS = {"SharedImage": "publish_shared_image", "VHD": "publish_vhd"}


@dataclass
class Build:
    """One build in progress; `canceled` and `deadline` are raced against every wait."""

    context: "DurableOrchestrationContext"
    request: BuildRequest
    canceled: "TaskBase"
    deadline: "TimerTask"
    stage: Stage = Stage.STAGE

    @property
    def now(self) -> str:
        return self.context.current_utc_datetime.isoformat()

    def open(self) -> Generator[Any, Any, None]:
        """Enters the first stage."""
        self.context.set_custom_status({"stage": self.stage})
        yield from call(self.context, "open_run", OpenCall(self.request.run_id, self.now), Nothing)

    def plan(self) -> Generator[Any, Any, StagedBuild]:
        """Has the run planned, and shows the plan."""
        staged = yield from call(self.context, "plan_build", self._run, StagedBuild)
        steps = tuple(StepRecord(step.index, step.type, step.name) for step in staged.steps)
        yield from self.record(Planned(staged.source, steps, staged.outputs))
        return staged

    def enter(self, stage: Stage, *, failed: bool = False) -> Generator[Any, Any, None]:
        self.stage = stage
        self.context.set_custom_status({"stage": stage})
        yield from self.record(StageStarted(stage, self.now, failed))

    def do(self, activity: str) -> Generator[Any, Any, None]:
        """An activity that is done when it returns."""
        yield from call(self.context, activity, self._run, Nothing)

    def operate(self, activity: str, *, stoppable: bool = True) -> Generator[Any, Any, None]:
        """An activity that starts an operation, and the wait for it; raises BuildFailed with its cause."""
        operation = yield from call(self.context, activity, self._run, OperationRef)
        status = yield from self.wait(operation, stoppable=stoppable)
        if status.error is not None:
            raise BuildFailed(status.error)

    def run_customizer(self, step: StagedStep) -> Generator[Any, Any, None]:
        """Runs one customizer; its failure names it, with its exit code and last lines."""
        yield from self.record(StepStarted(step.index, self.now))
        indexed = IndexedCall(self.request.run_id, step.index)
        operation = yield from call(self.context, "start_customizer", indexed, OperationRef)
        status = yield from self.wait(operation)
        yield from self.record(StepEnded(step.index, self.now, status.error is None, status.exit_code))
        if status.error is not None:
            raise BuildFailed(_of_customizer(status.error, step))

    def wait(
        self, operation: OperationRef, *, stoppable: bool = True
    ) -> Generator[Any, Any, OperationStatus]:
        """Waits for the operation's end; raises BuildFailed(Canceled | TimedOut) when the build is stopped.

        A wait that is left behind ends by itself when clean-up has deleted what it waits for.
        """
        if operation.kind is OperationKind.DONE:
            return OperationStatus(OperationState.SUCCEEDED)
        request = AwaitRequest(operation, self.request.poll)
        task = self.context.call_sub_orchestrator("await_operation", to_json(request))
        if not stoppable:
            return from_json(OperationStatus, (yield task))
        winner = yield self.context.task_any([task, self.canceled, self.deadline])
        self._stop(winner)
        if isinstance(task.result, Exception):
            raise BuildFailed(BuildError("OrchestrationFailed", str(task.result)))
        return from_json(OperationStatus, task.result)

    def publish(self, outputs: tuple[Output, ...]) -> Generator[Any, Any, None]:
        """Publishes all outputs at once; one that fails does not stop the others.

        Not raced: an output that was begun is brought to its end, published or removed.
        """
        results = yield self.context.task_all([self._publisher(outputs, output) for output in outputs])
        published = [from_json(Output, result) for result in results]
        errors = [output.error for output in published if output.error is not None]
        if errors:
            raise BuildFailed(errors[0])

    def _publisher(self, outputs: tuple[Output, ...], output: Output) -> "TaskBase":
        """The publishing orchestration of one output; the plan counts outputs by type."""
        index = [other.name for other in outputs if other.type == output.type].index(output.name)
        request = PublishRequest(self.request.run_id, index, output, self.request.poll)
        return self.context.call_sub_orchestrator(PUBLISHERS[output.type], to_json(request))

    def record(self, event: Event) -> Generator[Any, Any, None]:
        yield from call(self.context, "record_event", RecordCall(self.request.run_id, event), Nothing)

    def end(self, error: BuildError | None) -> Generator[Any, Any, None]:
        """Closes the run; what cannot be recorded now is in the orchestration's own result."""
        self.context.set_custom_status({"stage": None})
        yield from self.record(RunEnded(self.now, error))

    def _stop(self, winner: object) -> None:
        if winner is self.canceled:
            raise BuildFailed(BuildError("Canceled", "the build was cancelled"))
        if winner is self.deadline:
            minutes = self.request.timeout_minutes
            message = f"the build did not end within its buildTimeoutInMinutes of {minutes}"
            raise BuildFailed(BuildError("BuildTimedOut", message))

    @property
    def _run(self) -> RunCall:
        return RunCall(self.request.run_id)


def _of_customizer(error: BuildError, step: StagedStep) -> BuildError:
    details = {"customizer": str(step.index), "name": step.name, "type": step.type, **error.details}
    message = f"customizer {step.index} ({step.type}, {step.name}): {error.message}"
    return replace(error, code="CustomizerFailed", message=message, details=details)
