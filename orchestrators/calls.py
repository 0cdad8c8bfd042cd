"""Calls an activity and unwraps its answer; a failure that may pass is handed to `repeat_activity`."""

from collections.abc import Generator, Sequence
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
    return (yield from _settled(context, (activity, payload), reply, kind, until))


def call_all(
    context: "DurableOrchestrationContext",
    calls: Sequence[tuple[str, object]],
    kind: type[T],
    until: datetime | None = None,
) -> Generator[Any, Any, list[T]]:
    """The results of activities that are called all at once; raises BuildFailed with the first failure."""
    tasks = [context.call_activity(activity, to_json(payload)) for activity, payload in calls]
    try:
        replies = yield context.task_all(tasks)
    except Exception as error:
        raise BuildFailed(_broken(error, calls[0][0])) from error
    results = []
    for each, reply in zip(calls, replies, strict=True):
        results.append((yield from _settled(context, each, from_json(Reply, reply), kind, until)))
    return results


def _settled(
    context: "DurableOrchestrationContext",
    asked: tuple[str, object],
    reply: Reply,
    kind: type[T],
    until: datetime | None,
) -> Generator[Any, Any, T]:
    """What a first answer comes to in the end."""
    activity, payload = asked
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
        return Reply(error=_broken(error, activity))


def _broken(error: Exception, activity: str) -> BuildError:
    # The rest of the text is a traceback, which the app's log has too.
    reason = str(error).strip().partition("\n")[0].strip()
    return BuildError("ActivityFailed", reason, details={"activity": activity})
