"""Waits for one long-running operation by durable timers; continues as new, so that history stays small."""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.build import PollCall
from shared.domain.codec import Json, from_json, to_compact_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import AwaitRequest, OperationState, OperationStatus
from shared.domain.polling import Look, first_pause, pause

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

POLLS_PER_HISTORY = 20


def await_operation(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the operation's last `OperationStatus`; a failure to poll counts as the operation's failure."""
    request = from_json(AwaitRequest, context.get_input())
    began = datetime.fromisoformat(request.began) if request.began else context.current_utc_datetime
    for _ in range(POLLS_PER_HISTORY):
        now = context.current_utc_datetime
        wait = _pause(request, (now - began).total_seconds(), now)
        if wait:
            yield context.create_timer(now + timedelta(seconds=wait))
        looked = (context.current_utc_datetime - began).total_seconds()
        status = yield from _poll(context, request, looked)
        if status.state is not OperationState.IN_PROGRESS:
            return to_compact_json(status)
        if request.until and context.current_utc_datetime >= datetime.fromisoformat(request.until):
            return to_compact_json(OperationStatus(OperationState.FAILED, error=_hangs(request)))
        request = replace(
            request,
            polls=request.polls + 1,
            looked_seconds=looked,
            retry_after_seconds=status.retry_after_seconds,
        )
    context.continue_as_new(to_compact_json(replace(request, began=began.isoformat())))
    return None


def _poll(
    context: "DurableOrchestrationContext", request: AwaitRequest, looked: float
) -> Generator[Any, Any, OperationStatus]:
    asked = PollCall(request.run_id, request.operation, looked, request.looked_seconds)
    try:
        activity = "poll_stoppable" if request.run_id else "poll_operation"
        return (yield from call(context, activity, asked, OperationStatus))
    except BuildFailed as failure:
        return OperationStatus(OperationState.FAILED, error=failure.error)


def _pause(request: AwaitRequest, elapsed: float, now: datetime) -> float:
    """Seconds to the next look; the end of the operation's time is not passed by, unless Retry-After asks."""
    if request.polls:
        last = Look(elapsed, request.polls, request.retry_after_seconds)
        wanted = pause(request.policy, request.operation, last)
    else:
        wanted = first_pause(request.policy, request.operation)
    if not request.until:
        return wanted
    left = (datetime.fromisoformat(request.until) - now).total_seconds()
    wish = request.retry_after_seconds or request.operation.retry_after_seconds
    return max(min(wish, wanted), min(wanted, left), 0.0)


def _hangs(request: AwaitRequest) -> BuildError:
    message = f"the operation on {request.operation.resource_id} did not end until {request.until}"
    return BuildError("OperationTimedOut", message, retryable=True)
