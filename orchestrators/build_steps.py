"""What the stages of a build are made of: each method yields durable tasks and records what happened."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from orchestrators.calls import call, call_all
from shared.domain.build import (
    BuildRequest,
    IndexedCall,
    Kept,
    OpenCall,
    RecordCall,
    RunCall,
    StagedBuild,
    StepCall,
)
from shared.domain.codec import from_json, to_compact_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import (
    AwaitRequest,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
)
from shared.domain.run import Phase, Stage, StepRecord
from shared.domain.transitions import Event, Planned, RunEnded, StageStarted

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext
    from azure.durable_functions.models.Task import TaskBase, TimerTask

Nothing = type(None)
CANCEL_EVENT = "cancel"
STOPPED = frozenset({"Canceled", "BuildTimedOut"})  # codes of a build that is to go no further
# The phase whose errorHandling says what stays, by the code of the error.
KEEPING = {"CustomizerFailed": Phase.CUSTOMIZE.value, "ValidatorFailed": Phase.VALIDATE.value}


@dataclass
class Build:
    """One build in progress; the cancel event and the end of its time are raced against every wait."""

    context: "DurableOrchestrationContext"
    request: BuildRequest
    ends_at: datetime
    stage: Stage = Stage.STAGE
    staged: StagedBuild | None = None
    cancel_events: list["TaskBase"] = field(default_factory=list)
    untold: list[Event] = field(default_factory=list)

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
        self.staged = staged
        steps = _step_records(staged)
        yield from self.record(Planned(staged.source, steps, staged.outputs, staged.stages, staged.notes))
        return staged

    def stage_inputs(self, staged: StagedBuild) -> Generator[Any, Any, None]:
        """Scripts and files, all at once."""
        run_id = self.request.run_id
        files = [
            ("stage_artifact", StepCall(run_id, step.phase, step.index))
            for step in (*staged.steps, *staged.validators)
            if step.has_artifact
        ]
        yield from call_all(self.context, [("stage_scripts", self._run), *files], OperationRef, self.ends_at)

    def enter(self, stage: Stage, *, failed: bool = False) -> Generator[Any, Any, None]:
        self.begin(stage, failed=failed)
        yield from self.record()

    def begin(self, stage: Stage, *, failed: bool = False) -> None:
        """Enters a stage whose first event comes at once."""
        self.stage = stage
        self.context.set_custom_status({"stage": stage})
        self.untold.append(StageStarted(stage, self.now, failed))

    def do(self, activity: str, *, stoppable: bool = True) -> Generator[Any, Any, None]:
        """An activity that is done when it returns."""
        until = self.ends_at if stoppable else None
        yield from call(self.context, activity, self._run, Nothing, until)

    def operate(
        self, activity: str, payload: object = None, *, stoppable: bool = True
    ) -> Generator[Any, Any, None]:
        """An activity that starts an operation, and the wait for it; raises BuildFailed with its cause."""
        until = self.ends_at if stoppable else None
        operation = yield from call(self.context, activity, payload or self._run, OperationRef, until)
        status = yield from self.wait(operation, stoppable=stoppable)
        if status.error is not None:
            raise BuildFailed(status.error)

    def operate_together(self, *activities: str) -> Generator[Any, Any, None]:
        """Operations that need nothing of each other; the wait for all of them is one race."""
        calls = [(activity, self._run) for activity in activities]
        operations = yield from call_all(self.context, calls, OperationRef, self.ends_at)
        tasks = [
            self.context.call_sub_orchestrator(
                "await_operation", to_compact_json(AwaitRequest(operation, self.request.poll))
            )
            for operation in operations
            if operation.kind is not OperationKind.DONE
        ]
        results = (yield from self.race(self.context.task_all(tasks))) if tasks else []
        if not isinstance(results, list):
            raise BuildFailed(BuildError("OrchestrationFailed", str(results).partition("\n")[0]))
        for status in (from_json(OperationStatus, result) for result in results):
            if status.error is not None:
                raise BuildFailed(status.error)

    def wait(
        self, operation: OperationRef, *, stoppable: bool = True, until: datetime | None = None
    ) -> Generator[Any, Any, OperationStatus]:
        """Waits for the operation's end, `until` at most where that is given.

        Raises BuildFailed(Canceled | BuildTimedOut) when the build is stopped. A wait that is left behind
        ends by itself when clean-up has deleted what it waits for.
        """
        if operation.kind is OperationKind.DONE:
            return OperationStatus(OperationState.SUCCEEDED)
        patience = until.isoformat() if until else "" if stoppable else self._patience_ends
        awaited = AwaitRequest(operation, self.request.poll, until=patience)
        task = self.context.call_sub_orchestrator("await_operation", to_compact_json(awaited))
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

    def wait_for_event(self, name: str, until: datetime) -> Generator[Any, Any, object]:
        """The event's data; None when it did not come in time. Raises BuildFailed(Canceled)."""
        self._stop_if_canceled()
        wanted = self.context.wait_for_external_event(name)
        canceled = self.context.wait_for_external_event(CANCEL_EVENT)
        self.cancel_events.append(canceled)
        timer = cast("TimerTask", self.context.create_timer(until))
        winner = yield self.context.task_any([wanted, canceled, timer])
        if winner is not timer:
            timer.cancel()
        self._stop_if_canceled()
        return wanted.result if winner is wanted else None

    def _stop_if_canceled(self) -> None:
        if any(event.is_completed for event in self.cancel_events):
            raise BuildFailed(BuildError("Canceled", "the build was cancelled"))

    def record(self, *events: Event) -> Generator[Any, Any, None]:
        """Shows them on the run, behind those that were put off until now."""
        told = (*self.untold, *events)
        self.untold.clear()
        yield from call(self.context, "record_events", RecordCall(self.request.run_id, told), Nothing)

    def kept(self, error: BuildError | None) -> Kept | None:
        """What stays for the template's owner to look at, where the failed phase says so."""
        if self.staged is None or error is None or error.code not in KEEPING:
            return None
        return self.staged.kept_on_error.get(KEEPING[error.code])

    def undo_staging(self, count: int | None) -> list[Generator[Any, Any, None]]:
        """The deletion of everything temporary: the group, or `count` resources in a group that stays."""
        if count is None:
            return [self.operate("delete_staging_group", stoppable=False)]
        run_id = self.request.run_id
        return [
            *(
                self.operate("delete_staged_resource", IndexedCall(run_id, index), stoppable=False)
                for index in range(count)
            ),
            self.do("release_staging_group", stoppable=False),
        ]

    def end(self, error: BuildError | None, kept: Kept | None) -> Generator[Any, Any, BuildError | None]:
        """Closes the run; what cannot be recorded now is in the orchestration's own result."""
        self.context.set_custom_status({"stage": None})
        if error is not None and kept is not None:
            error = _with_kept(error, kept)
        yield from self.record(RunEnded(self.now, error, kept.until if kept else ""))
        return error

    @property
    def _patience_ends(self) -> str:
        patience = timedelta(seconds=self.request.poll.patience_seconds)
        return (self.context.current_utc_datetime + patience).isoformat()

    @property
    def _run(self) -> RunCall:
        return RunCall(self.request.run_id)


def _step_records(staged: StagedBuild) -> tuple[StepRecord, ...]:
    caches = {cache.index: cache for cache in staged.caches}
    records = [StepRecord(step.index, step.type, step.name, phase=step.phase) for step in staged.steps]
    known = [
        replace(record, cache=cache.use, cache_reason=cache.reason)
        if (cache := caches.get(record.index))
        else record
        for record in records
    ]
    validators = [
        StepRecord(step.index, step.type, step.name, phase=step.phase) for step in staged.validators
    ]
    return (*known, *validators)


def _with_kept(error: BuildError, kept: Kept) -> BuildError:
    message = f"{error.message}. VM {kept.vm} in {kept.group} was kept until {kept.until}"
    return replace(error, message=message, details={**error.details, "command": kept.command})
