"""One call of orchestrator code: the SDK's input from a history, and its answer parsed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from . import typed_data
from .actions import Action, parse_action
from .errors import FunctionFailedError
from .functions import FunctionMetadata
from .history import Recorded, compact
from .instances import Instance
from .settings import Json
from .traces import context_of
from .worker_pool import WorkerPool

_OUT_OF_PROCESS_LABEL = "\n\n$OutOfProcData$:"
_REPLAY_SCHEMA_V3 = 2
_CUSTOM_STATUS_LIMIT_BYTES = 16 * 1024


@dataclass(frozen=True)
class Answer:
    """What the orchestrator wants. `output` and `custom_status` are JSON text; `error` is the uncaught
    exception's.
    """

    actions: Sequence[Action] = ()
    done: bool = False
    output: str | None = None
    custom_status: str | None = None
    error: str | None = None
    details: str = ""


async def call_orchestrator(
    workers: WorkerPool, function: FunctionMetadata, instance: Instance, new: Sequence[Recorded], poll_ms: int
) -> Answer:
    """Runs the orchestrator over its history and the new events.

    Raises WorkerLostError and FunctionTimeoutError: the turn is to be tried again.
    """
    context = typed_data.string(_context(instance, new, poll_ms))
    data = {function.input_name: context}
    try:
        result = await workers.invoke(function.name, data, context=context_of(instance.trace, instance.id))
    except FunctionFailedError as error:
        message, label, state = error.message.partition(_OUT_OF_PROCESS_LABEL)
        if not label:
            return Answer(error=message, details=error.stack)
        return _parse(json.loads(state), error.stack)
    text = typed_data.as_text(result.returned or {})
    return _parse(json.loads(text or "{}"), "")


def _context(instance: Instance, new: Sequence[Recorded], poll_ms: int) -> str:
    """The SDK's input. It is put together as text: the history's events are kept as JSON and may be
    thousands.

    The two long-timer durations are left out, as the MSSQL and Durable Task Scheduler back ends do: then the
    SDK makes one timer of any length instead of a chain of short ones.
    """
    events = ",".join(filter(None, [_events(instance.history, "true"), _events(new, "false")]))
    parent = instance.parent.instance_id if instance.parent else None
    replaying = "true" if instance.history else "false"
    return (
        f'{{"history":[{events}],"input":{instance.input or "null"},"instanceId":{json.dumps(instance.id)},'
        f'"isReplaying":{replaying},"parentInstanceId":{json.dumps(parent)},"upperSchemaVersion":1,'
        f'"upperSchemaVersionNew":{_REPLAY_SCHEMA_V3},"defaultHttpAsyncRequestSleepTimeMillseconds":{poll_ms}}}'
    )


def _events(events: Sequence[Recorded], played: str) -> str:
    head = f'{{"IsPlayed":{played},'
    return head + f",{head}".join([event.text for event in events]) if events else ""


def _parse(state: dict[str, Json], stack: str) -> Answer:
    if state.get("schemaVersion", 0) != _REPLAY_SCHEMA_V3:
        return Answer(
            error=f"the SDK answered with replay schema {state.get('schemaVersion', 0)}; this host runs V3"
        )
    lists = cast("list[list[dict[str, Json]]]", state.get("actions") or [[]])
    error = cast("str | None", state.get("error"))
    status = state.get("customStatus")
    if status is not None and len(json.dumps(status).encode("utf-16-le")) > _CUSTOM_STATUS_LIMIT_BYTES:
        return Answer(error="The UTF-16 size of the JSON-serialized payload must not exceed 16 KB.")
    return Answer(
        actions=[parse_action(action) for action in lists[0]],
        done=bool(state.get("isDone")),
        output=compact(state["output"]) if "output" in state else None,
        custom_status=None if status is None else compact(status),
        error=error,
        details=f"Message: {error}, StackTrace: {stack}" if error else "",
    )
