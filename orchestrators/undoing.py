"""Waits for the end of an undo, for a bounded time: what is not done by then is the janitor's."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.domain.codec import from_json, to_compact_json
from shared.domain.errors import BuildFailed
from shared.domain.operations import (
    AwaitRequest,
    OperationKind,
    OperationRef,
    OperationStatus,
    PollPolicy,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def wait_for_undo(
    context: "DurableOrchestrationContext", operation: OperationRef, poll: PollPolicy
) -> Generator[Any, Any, None]:
    """Raises BuildFailed with the cause when it failed, or did not end in time."""
    if operation.kind is OperationKind.DONE:
        return
    until = context.current_utc_datetime + timedelta(seconds=poll.patience_seconds)
    awaited = to_compact_json(AwaitRequest(operation, poll, until=until.isoformat()))
    status = from_json(OperationStatus, (yield context.call_sub_orchestrator("await_operation", awaited)))
    if status.error is not None:
        raise BuildFailed(status.error)
