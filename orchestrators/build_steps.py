"""What the stages of a build are made of: each method yields durable tasks and records what happened."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

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


CANCEL_EVENT = "cancel"


@dataclass
class Build:
    """One build in progress; the cancel event and the end of its time are raced against every wait."""

    context: "DurableOrchestrationContext"
    request: BuildRequest
    ends_at: datetime
    stage: Stage = Stage.STAGE
    cancel_events: list["TaskBase"] = field(default_factory=list)

    @property
    def now(self) -> str:
        return self.context.current_utc_datetime.isoformat()

    def open(self) -> Generator[Any, Any, None]:
        """Enters the first stage."""
        self.context.set_custom_status({"stage": self.stage})
        yield from call(self.context, "open_run", OpenCall(self.request.run_id, self.now), Nothing)

    def plan(self) -> Generator[Any, Any, StagedBuild]:
        """Has the run planned, and shows the plan."""
        staged = yield from call(self.context, "plan_build", self._run, StagedBuild, self.ends_at)
        steps = tuple(StepRecord(step.index, step.type, step.name) for step in staged.steps)
        yield from self.record(Planned(staged.source, steps, staged.outputs))
        return staged

    def enter(self, stage: Stage, *, failed: bool = False) -> Generator[Any, Any, None]:
        self.stage = stage
        self.context.set_custom_status({"stage": stage})
        yield from self.record(StageStarted(stage, self.now, failed))

    def do(self, activity: str, *, stoppable: bool = True) -> Generator[Any, Any, None]:
        """An activity that is done when it returns."""
        until = self.ends_at if stoppable else None
        yield from call(self.context, activity, self._run, Nothing, until)

    def operate(self, activity: str, *, stoppable: bool = True) -> Generator[Any, Any, None]:
        """An activity that starts an operation, and the wait for it; raises BuildFailed with its cause."""
        until = self.ends_at if stoppable else None
        operation = yield from call(self.context, activity, self._run, OperationRef, until)
        status = yield from self.wait(operation, stoppable=stoppable)
        if status.error is not None:
            raise BuildFailed(status.error)

    def run_customizer(self, step: StagedStep) -> Generator[Any, Any, None]:
        """Runs one customizer; its failure names it, with its exit code and last lines."""
        yield from self.record(StepStarted(step.index, self.now))
        indexed = IndexedCall(self.request.run_id, step.index)
        operation = yield from call(self.context, "start_customizer", indexed, OperationRef, self.ends_at)
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
        awaited = AwaitRequest(operation, self.request.poll, until="" if stoppable else self._patience_ends)
        task = self.context.call_sub_orchestrator("await_operation", to_json(awaited))
        result = (yield from self.race(task)) if stoppable else (yield task)
        if isinstance(result, Exception):
            raise BuildFailed(BuildError("OrchestrationFailed", str(result).partition("\n")[0]))
        return from_json(OperationStatus, result)

    def race(self, task: "TaskBase") -> Generator[Any, Any, object]:
        """The task's result, unless the build is stopped first.

        Event and timer are new for every race. The extension is told only of tasks that it does not know yet,
        so it would wait for `task` alone if they were used again. An event that came between two races
        completed the waiter of an earlier one.
        """
        self._stop_if_canceled()
        canceled = self.context.wait_for_external_event(CANCEL_EVENT)
        self.cancel_events.append(canceled)
        deadline = cast("TimerTask", self.context.create_timer(self.ends_at))
        winner = yield self.context.task_any([task, canceled, deadline])
        if winner is not deadline:
            deadline.cancel()
        self._stop_if_canceled()
        if winner is deadline:
            minutes = self.request.timeout_minutes
            message = f"the build did not end within its buildTimeoutInMinutes of {minutes}"
            raise BuildFailed(BuildError("BuildTimedOut", message))
        return task.result

    def _stop_if_canceled(self) -> None:
        if any(event.is_completed for event in self.cancel_events):
            raise BuildFailed(BuildError("Canceled", "the build was cancelled"))

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
        until = self.ends_at.isoformat()
        request = PublishRequest(self.request.run_id, index, output, self.request.poll, until)
        return self.context.call_sub_orchestrator(PUBLISHERS[output.type], to_json(request))

    def record(self, event: Event) -> Generator[Any, Any, None]:
        yield from call(self.context, "record_event", RecordCall(self.request.run_id, event), Nothing)

    def end(self, error: BuildError | None) -> Generator[Any, Any, None]:
        """Closes the run; what cannot be recorded now is in the orchestration's own result."""
        self.context.set_custom_status({"stage": None})
        yield from self.record(RunEnded(self.now, error))

    @property
    def _patience_ends(self) -> str:
        patience = timedelta(seconds=self.request.poll.patience_seconds)
        return (self.context.current_utc_datetime + patience).isoformat()

    @property
    def _run(self) -> RunCall:
        return RunCall(self.request.run_id)


def _of_customizer(error: BuildError, step: StagedStep) -> BuildError:
    details = {"customizer": str(step.index), "name": step.name, "type": step.type, **error.details}
    message = f"properties.customize[{step.index}] ({step.type}, {step.name}): {error.message}"
    return replace(error, code="CustomizerFailed", message=message, details=details)
