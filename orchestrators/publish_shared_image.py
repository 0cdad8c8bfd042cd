"""Publishes one gallery version and follows its replication into the target regions."""

from collections.abc import Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrators.announcing import announce
from orchestrators.calls import call
from orchestrators.publishing import failed, record, wait
from orchestrators.undoing import wait_for_undo
from shared.domain.build import IndexedCall, PublishRequest
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.image_events import ImageEvent
from shared.domain.operations import OperationRef
from shared.domain.run import Progress

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def publish_shared_image(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `Output`; a failure is part of it, so that other outputs go on."""
    request = from_json(PublishRequest, context.get_input())
    indexed = IndexedCall(request.run_id, request.index)
    event: ImageEvent | None = None
    try:
        yield from record(context, request, replace(request.output, state=Progress.RUNNING))
        operation = yield from call(context, "publish_gallery_version", indexed, OperationRef)
        status = yield from wait(context, request, operation)
        event = yield from call(context, "record_image", indexed, ImageEvent)
        output = replace(request.output, state=Progress.SUCCEEDED, regions=status.regions)
    except BuildFailed as failure:
        output = failed(request.output, failure.error)
        yield from _remove(context, request)
    yield from record(context, request, output)
    if event is not None:
        yield from announce(context, event)
    return to_json(output)


def _remove(context: "DurableOrchestrationContext", request: PublishRequest) -> Generator[Any, Any, None]:
    """A version that failed half-way is deleted, so that nobody builds on it and its number is free."""
    indexed = IndexedCall(request.run_id, request.index)
    try:
        operation = yield from call(context, "delete_gallery_version", indexed, OperationRef)
        yield from wait_for_undo(context, operation, request.poll)
    except BuildFailed:
        return
