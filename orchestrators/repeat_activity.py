"""Repeats an activity whose failure may pass, in an orchestration of its own: callers' histories stay flat.

The SDK's RetryOptions know neither growing pauses, nor Retry-After, nor which errors are final.
"""

from collections.abc import Generator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.calls import attempt
from shared.domain.build import RepeatRequest, Reply
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

PAUSES = (1, 2, 5, 10, 30, 60)  # seconds before each further attempt
ATTEMPTS_PER_HISTORY = 10


def repeat_activity(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the last `Reply`: a result, or an error when the failure did not pass.

    Attempts that Azure throttled are not counted.
    """
    request = from_json(RepeatRequest, context.get_input())
    for _ in range(ATTEMPTS_PER_HISTORY):
        given_up = _given_up(request, context.current_utc_datetime)
        if given_up is not None:
            return to_json(Reply(error=given_up))
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=_pause(request)))
        reply = yield from attempt(context, request.activity, request.payload)
        if not reply.transient:
            return to_json(reply)
        counted = 0 if reply.throttled else 1
        request = replace(request, reply=reply, failures=request.failures + counted)
    context.continue_as_new(to_json(request))
    return None


def _pause(request: RepeatRequest) -> float:
    return max(float(PAUSES[request.failures]), request.reply.wait_seconds)


def _given_up(request: RepeatRequest, now: datetime) -> BuildError | None:
    """Why there is no further attempt, None when there is one."""
    reply = request.reply
    details = {"activity": request.activity, **({"cause": reply.code} if reply.code else {})}
    if request.failures == len(PAUSES):
        message = f"{reply.transient} (after {len(PAUSES) + 1} attempts)"
        return BuildError("ServiceUnavailable", message, retryable=True, details=details)
    if request.until and now >= datetime.fromisoformat(request.until):
        message = f"Azure answered with throttling until the build's time was over: {reply.transient}"
        return BuildError("BuildTimedOut", message, retryable=True, details=details)
    return None
