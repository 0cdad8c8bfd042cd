"""Wraps an activity for the Durable host: JSON in, a `Reply` out."""

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar, get_type_hints

from shared.domain.build import Reply
from shared.domain.codec import Json, from_json, to_compact_json
from shared.domain.errors import BuildFailed, TransientError
from shared.domain.operations import OperationRef
from shared.services import Services, services

In = TypeVar("In")
Out = TypeVar("Out")
Activity = Callable[[Services, In], Out]

log = logging.getLogger("kiln.activities")


def hosted(activity: Activity[In, Out]) -> Callable[[Json], Json]:
    """The function that the host calls. Its parameter is named `payload`, as its binding is.

    A permanent failure is an answer and a passing one too: the SDK loses the type of an exception on its
    way to the orchestrator.
    """
    kind = get_type_hints(activity)["call"]

    def run(payload: Json) -> Json:
        try:
            result = activity(services(), from_json(kind, payload))
            told = _expected(result) if isinstance(result, OperationRef) else result
            reply = Reply(value=to_compact_json(told))
        except BuildFailed as failure:
            log.warning("%s failed: %s", activity.__name__, failure)
            reply = Reply(error=failure.error)
        except TransientError as error:
            log.warning("%s will be tried again: %s", activity.__name__, error)
            reply = Reply(
                transient=str(error),
                code=error.code,
                wait_seconds=error.wait_seconds,
                throttled=error.throttled,
            )
        return to_compact_json(reply)

    run.__name__ = activity.__name__
    # The Functions worker refuses annotations that are not plain classes.
    run.__annotations__ = {}
    return run


def _expected(operation: OperationRef) -> OperationRef:
    """With what is known of operations of its kind: orchestrations wait by it and read nothing."""
    if not operation.what:
        return operation
    return replace(operation, expected=services().durations.expected(operation.what))
