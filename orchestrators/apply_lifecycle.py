"""Applies a lifecycle policy: every surplus version takes its next step; one that fails stops no other."""

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrators.announcing import announce
from orchestrators.calls import call
from orchestrators.undoing import wait_for_undo
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.image_events import ImageEvent
from shared.domain.lifecycle import (
    LifecycleAction,
    LifecyclePlan,
    LifecyclePlanCall,
    LifecycleReport,
    LifecycleRequest,
    LifecycleStep,
    LifecycleStepCall,
    TakenStep,
)
from shared.domain.operations import OperationRef

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def apply_lifecycle(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `LifecycleReport`, which is kept in the catalog too."""
    request = from_json(LifecycleRequest, context.get_input())
    at = context.current_utc_datetime
    report = LifecycleReport(request.id, request.policy, request.dry_run, at.isoformat())
    try:
        ask = LifecyclePlanCall(request.policy, at.isoformat())
        plan = yield from call(context, "plan_lifecycle_steps", ask, LifecyclePlan)
    except BuildFailed as failure:
        report = replace(report, error=failure.error.message)
    else:
        taken = []
        for step in plan.steps:
            end = plan.end_of_life(step, at).isoformat()
            error = yield from _take(context, request, LifecycleStepCall(step, at.isoformat(), end))
            taken.append(TakenStep(step.version_id, step.action, step.reason, error))
        report = replace(report, steps=tuple(taken))
    yield from call(context, "save_lifecycle_report", report, type(None))
    return to_json(report)


def _take(
    context: "DurableOrchestrationContext", request: LifecycleRequest, step: LifecycleStepCall
) -> Generator[Any, Any, str]:
    """The error, empty for none."""
    if request.dry_run or not _changes(step.step):
        return ""
    try:
        operation = yield from call(context, "start_lifecycle_step", step, OperationRef)
        yield from wait_for_undo(context, operation, request.poll)
        event = yield from call(context, "record_lifecycle_step", step, ImageEvent)
        yield from announce(context, event)
    except BuildFailed as failure:
        return f"{failure.error.code}: {failure.error.message}"
    return ""


def _changes(step: LifecycleStep) -> bool:
    return step.action is not LifecycleAction.KEEP
