"""What the publishing orchestrations share."""

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.build import PublishRequest, RecordCall
from shared.domain.codec import from_json, to_compact_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import (
    AwaitRequest,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
)
from shared.domain.run import Output, Progress, Stage
from shared.domain.transitions import OutputChanged

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def wait(
    context: "DurableOrchestrationContext",
    request: PublishRequest,
    operation: OperationRef,
) -> Generator[Any, Any, OperationStatus]:
    """Waits for the operation's end; raises BuildFailed with its cause when it failed or took too long."""
    if operation.kind is OperationKind.DONE:
        return OperationStatus(OperationState.SUCCEEDED)
    awaited = AwaitRequest(operation, request.poll, until=request.until, run_id=request.run_id)
    answer = yield context.call_sub_orchestrator("await_operation", to_compact_json(awaited))
    status = from_json(OperationStatus, answer)
    if status.error is not None:
        raise BuildFailed(status.error)
    return status


def record(
    context: "DurableOrchestrationContext", request: PublishRequest, output: Output
) -> Generator[Any, Any, None]:
    events = RecordCall(request.run_id, (OutputChanged(output),))
    yield from call(context, "record_events", events, type(None))


def failed(output: Output, error: BuildError) -> Output:
    return replace(output, state=Progress.FAILED, error=error.at(Stage.REPLICATE))
