"""Makes one managed image."""

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from orchestrators.publishing import failed, record, wait
from orchestrators.undoing import wait_for_undo
from shared.domain.build import IndexedCall, PublishRequest
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.run import Progress

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def publish_managed_image(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `Output`; a failure is part of it, so that other outputs go on."""
    request = from_json(PublishRequest, context.get_input())
    indexed = IndexedCall(request.run_id, request.index)
    try:
        yield from record(context, request, replace(request.output, state=Progress.RUNNING))
        operation = yield from call(context, "create_managed_image", indexed, OperationRef)
        yield from wait(context, request, operation)
        output = replace(request.output, state=Progress.SUCCEEDED)
    except BuildFailed as failure:
        output = failed(request.output, failure.error)
        yield from _remove(context, request)
    yield from record(context, request, output)
    return to_json(output)


def _remove(context: "DurableOrchestrationContext", request: PublishRequest) -> Generator[Any, Any, None]:
    """An image that failed half-way is deleted, so that nobody builds on it."""
    indexed = IndexedCall(request.run_id, request.index)
    try:
        operation = yield from call(context, "delete_managed_image", indexed, OperationRef)
        yield from wait_for_undo(context, operation, request.poll)
    except BuildFailed:
        return
