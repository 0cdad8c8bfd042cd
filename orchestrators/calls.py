"""Calls an activity and unwraps its answer; a failure that may pass is handed to `repeat_activity`."""

from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from shared.domain.build import RepeatRequest, Reply
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError, BuildFailed

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext
    from azure.durable_functions.models.Task import TaskBase

T = TypeVar("T")


def call(
    context: "DurableOrchestrationContext",
    activity: str,
    payload: object,
    kind: type[T],
    until: datetime | None = None,
) -> Generator[Any, Any, T]:
    """The activity's result as a `kind`. Raises BuildFailed when it failed for good, or too often.

    Throttling is waited out, at most until `until` where that is given.
    """
    reply = yield from attempt(context, activity, to_json(payload))
    if reply.transient:
        end = until.isoformat() if until else ""
        again = RepeatRequest(activity, to_json(payload), reply, until=end)
        reply = yield from _answered(
            context.call_sub_orchestrator("repeat_activity", to_json(again)), activity
        )
    if reply.error is not None:
        raise BuildFailed(reply.error)
    return from_json(kind, reply.value)


def attempt(
    context: "DurableOrchestrationContext", activity: str, payload: object
) -> Generator[Any, Any, Reply]:
    """One attempt."""
    return (yield from _answered(context.call_activity(activity, payload), activity))


def _answered(task: "TaskBase", activity: str) -> Generator[Any, Any, Reply]:
    """An exception means that the activity itself broke or ran into the host's time limit."""
    try:
        return from_json(Reply, (yield task))
    except Exception as error:  # noqa: BLE001 - the SDK raises a bare Exception for a failed activity
        # The rest of the text is a traceback, which the app's log has too.
        reason = str(error).strip().partition("\n")[0].strip()
        return Reply(error=BuildError("ActivityFailed", reason, details={"activity": activity}))
