"""Calls an activity: unwraps its answer, and repeats it while the failure is a passing one."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.build import Reply
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError, BuildFailed

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

T = TypeVar("T")
# Seconds between attempts: the SDK's RetryOptions knows neither growing pauses nor which errors are final.
PAUSES = (1, 2, 5, 10, 30, 60)


def call(
    context: "DurableOrchestrationContext", activity: str, payload: object, kind: type[T]
) -> Generator[Any, Any, T]:
    """The activity's result as a `kind`. Raises BuildFailed when it failed for good, or too often."""
    for pause in (*PAUSES, None):
        reply = from_json(Reply, (yield from _attempt(context, activity, payload)))
        if reply.error is not None:
            raise BuildFailed(reply.error)
        if not reply.transient:
            return from_json(kind, reply.value)
        if pause is not None:
            yield context.create_timer(context.current_utc_datetime + timedelta(seconds=pause))
    raise BuildFailed(BuildError("ServiceUnavailable", reply.transient, retryable=True))


def _attempt(
    context: "DurableOrchestrationContext", activity: str, payload: object
) -> Generator[Any, Any, object]:
    """One attempt. An exception means that the activity itself broke or ran into the host's time limit."""
    try:
        return (yield context.call_activity(activity, to_json(payload)))
    except Exception as error:
        # The rest of the text is a traceback, which the app's log has too.
        reason = str(error).strip().partition("\n")[0].strip()
        raise BuildFailed(BuildError("ActivityFailed", reason, details={"activity": activity})) from error
