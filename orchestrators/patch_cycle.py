"""A patch cycle: plan → for each wave: approval → window → builds → halt rule → soak → the next."""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from orchestrators.approval import read_approval
from orchestrators.calls import call
from shared.domain.approval import APPROVE_EVENT
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.patch_cycle import (
    CANCEL_EVENT,
    CyclePlan,
    CycleReport,
    CycleRequest,
    CycleState,
    Opening,
    OpeningCall,
    Patch,
    PatchOutcome,
    PatchState,
    PatchTemplate,
    PlanCycleCall,
    PlannedPatch,
    patch_instance,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext
    from azure.durable_functions.models.Task import TaskBase, TimerTask

# How long a wave waits for a template that another run keeps busy.
TURN = timedelta(hours=12)


class Stopped(Exception):
    """The cycle ends here, in this state, for this reason."""

    def __init__(self, state: CycleState, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


def patch_cycle(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `CycleReport`, which is kept in the catalog after every change as well."""
    request = from_json(CycleRequest, context.get_input())
    cycle = Cycle(context, request)
    try:
        plan = yield from cycle.plan()
        if not request.dry_run:
            for number, wave in enumerate(plan.waves, start=1):
                yield from cycle.run_wave(plan, number, wave)
        state, reason = cycle.outcome(), ""
    except Stopped as stopped:
        state, reason = stopped.state, stopped.reason
    except BuildFailed as failure:
        state, reason = CycleState.FAILED, failure.error.message
    yield from cycle.end(state, reason)
    return to_json(cycle.report)


@dataclass
class Cycle:
    """One cycle in progress."""

    context: "DurableOrchestrationContext"
    request: CycleRequest
    report: CycleReport = field(init=False)
    cancel_events: list["TaskBase"] = field(default_factory=list)

    def __post_init__(self) -> None:
        started = self.context.current_utc_datetime.isoformat()
        request = self.request
        self.report = CycleReport(
            request.id,
            request.policy,
            dry_run=request.dry_run,
            started_at=started,
            started_by=request.started_by,
        )

    def plan(self) -> Generator[Any, Any, CyclePlan]:
        """Chooses the templates and puts them into waves."""
        ask = PlanCycleCall(self.request, self.report.started_at)
        plan = yield from call(self.context, "plan_cycle", ask, CyclePlan)
        planned = [
            Patch(each.template_id, number)
            for number, wave in enumerate(plan.waves, start=1)
            for each in wave
        ]
        self.report = replace(self.report, waves=len(plan.waves), patches=(*planned, *plan.skipped))
        yield from self.save()
        return plan

    def run_wave(
        self, plan: CyclePlan, number: int, wave: tuple[PlannedPatch, ...]
    ) -> Generator[Any, Any, None]:
        """Raises Stopped when the cycle must not go on."""
        if number > 1 and plan.soak_minutes:
            soaked = self.context.current_utc_datetime + timedelta(minutes=plan.soak_minutes)
            yield from self.wait_until(soaked, f"wave {number - 1} to soak")
        if plan.approval_hours and (number > 1 or plan.approve_first):
            yield from self.approve(plan, number)
        ask = OpeningCall(self.request.policy, self.context.current_utc_datetime.isoformat())
        opening = yield from call(self.context, "next_opening", ask, Opening)
        yield from self.wait_until(datetime.fromisoformat(opening.at), "the maintenance window")
        yield from self.build(number, wave)
        states = [each.state for each in self.report.patches]
        failed = states.count(PatchState.FAILED)
        reason = plan.halt.reason(failed, failed + states.count(PatchState.SUCCEEDED))
        if reason:
            raise Stopped(CycleState.HALTED, f"after wave {number} of {len(plan.waves)}: {reason}")

    def build(self, number: int, wave: tuple[PlannedPatch, ...]) -> Generator[Any, Any, None]:
        """All builds of the wave at once; how they ended is told when all have."""
        self._stop_if_canceled()
        request = self.request
        until = (self.context.current_utc_datetime + TURN).isoformat()
        tasks = [
            self.context.call_sub_orchestrator(
                "patch_template",
                to_json(PatchTemplate(each, request.id, until, request.started_by, request.poll)),
                patch_instance(request.id, each.template_id),
            )
            for each in wave
        ]
        self.report = replace(self.report, wave=number, waits_for="")
        for each in wave:
            self._change(each.template_id, state=PatchState.RUNNING)
        yield from self.save()
        results = yield self.context.task_all(tasks)
        for result in results:
            self._settle(from_json(PatchOutcome, result))
        yield from self.save()

    def approve(self, plan: CyclePlan, number: int) -> Generator[Any, Any, None]:
        """Waits for a human. Raises Stopped when they refuse, or nobody decides in time."""
        deadline = self.context.current_utc_datetime + timedelta(hours=plan.approval_hours)
        decision = self.context.wait_for_external_event(APPROVE_EVENT)
        decided = yield from self._race(decision, deadline, f"approval of wave {number}")
        if not decided:
            message = f"nobody approved wave {number} within {plan.approval_hours} hours"
            raise Stopped(CycleState.HALTED, message)
        approval = read_approval(decision.result)
        line = approval.line(f"wave {number}", self.context.current_utc_datetime.isoformat())
        self.report = replace(self.report, approvals=(*self.report.approvals, line))
        if not approval.approved:
            raise Stopped(CycleState.HALTED, line)

    def wait_until(self, moment: datetime, waits_for: str) -> Generator[Any, Any, None]:
        if moment > self.context.current_utc_datetime:
            yield from self._race(None, moment, waits_for)

    def _race(self, task: "TaskBase | None", deadline: datetime, waits_for: str) -> Generator[Any, Any, bool]:
        """Whether the task came before the deadline; a cancel wins over both. All tasks are new, always."""
        self.report = replace(self.report, waits_for=f"{waits_for} (until {deadline.isoformat()})")
        yield from self.save()
        self._stop_if_canceled()
        canceled = self.context.wait_for_external_event(CANCEL_EVENT)
        self.cancel_events.append(canceled)
        timer = cast("TimerTask", self.context.create_timer(deadline))
        winner = yield self.context.task_any([each for each in (task, canceled, timer) if each is not None])
        if winner is not timer:
            timer.cancel()
        self.report = replace(self.report, waits_for="")
        self._stop_if_canceled()
        return winner is task

    def _stop_if_canceled(self) -> None:
        if any(event.is_completed for event in self.cancel_events):
            raise Stopped(CycleState.CANCELED, "the cycle was cancelled")

    def _settle(self, outcome: PatchOutcome) -> None:
        state = PatchState.SUCCEEDED if outcome.error is None else PatchState.FAILED
        reason = f"{outcome.error.code}: {outcome.error.message}" if outcome.error else ""
        self._change(outcome.template_id, state=state, run_id=outcome.run_id, reason=reason)

    def _change(self, template_id: str, *, state: PatchState, run_id: str = "", reason: str = "") -> None:
        patches = tuple(
            replace(each, state=state, run_id=run_id or each.run_id, reason=reason)
            if each.template_id == template_id
            else each
            for each in self.report.patches
        )
        self.report = replace(self.report, patches=patches)

    def outcome(self) -> CycleState:
        failed = any(each.state is PatchState.FAILED for each in self.report.patches)
        return CycleState.PARTIALLY_SUCCEEDED if failed else CycleState.SUCCEEDED

    def save(self) -> Generator[Any, Any, None]:
        shown = {"state": self.report.state, "wave": self.report.wave, "waitsFor": self.report.waits_for}
        self.context.set_custom_status(shown)
        yield from call(self.context, "save_cycle", self.report, type(None))

    def end(self, state: CycleState, reason: str) -> Generator[Any, Any, None]:
        at = self.context.current_utc_datetime.isoformat()
        self.report = replace(self.report, state=state, reason=reason, ended_at=at, waits_for="")
        yield from self.save()
