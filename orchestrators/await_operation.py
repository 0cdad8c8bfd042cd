"""Waits for one long-running operation by durable timers; continues as new, so that history stays small."""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.build import PollCall
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import AwaitRequest, OperationState, OperationStatus, PollPolicy

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

POLLS_PER_HISTORY = 20


def await_operation(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the operation's last `OperationStatus`; a failure to poll counts as the operation's failure."""
    request = from_json(AwaitRequest, context.get_input())
    for poll in range(request.polls, request.polls + POLLS_PER_HISTORY):
        status = yield from _poll(context, request)
        if status.state is not OperationState.IN_PROGRESS:
            return to_json(status)
        if request.until and context.current_utc_datetime >= datetime.fromisoformat(request.until):
            return to_json(OperationStatus(OperationState.FAILED, error=_hangs(request)))
        wait = pause(request.policy, poll, status.retry_after_seconds)
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=wait))
    context.continue_as_new(to_json(replace(request, polls=request.polls + POLLS_PER_HISTORY)))
    return None


def _poll(
    context: "DurableOrchestrationContext", request: AwaitRequest
) -> Generator[Any, Any, OperationStatus]:
    try:
        if request.run_id:
            stoppable = PollCall(request.run_id, request.operation)
            return (yield from call(context, "poll_stoppable", stoppable, OperationStatus))
        return (yield from call(context, "poll_operation", request.operation, OperationStatus))
    except BuildFailed as failure:
        return OperationStatus(OperationState.FAILED, error=failure.error)


def _hangs(request: AwaitRequest) -> BuildError:
    message = f"the operation on {request.operation.resource_id} did not end until {request.until}"
    return BuildError("OperationTimedOut", message, retryable=True)


def pause(policy: PollPolicy, polls: int, retry_after: float) -> float:
    """Seconds to wait after poll number `polls` (from 0): short at first, growing, never below Retry-After.

    A service that asks for less than the policy's own pause is taken at its word.
    """
    own = min(policy.longest_seconds, policy.first_seconds * policy.growth ** min(polls, 40))
    return retry_after if retry_after else own
