"""Ends a run whose own orchestration is gone: undoes what it may have begun, then says what became of it."""

from collections.abc import Generator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from orchestrators.region_quota import leave_region
from orchestrators.undoing import wait_for_undo
from shared.domain.build import IndexedCall, RecordCall, RunCall
from shared.domain.codec import Json, from_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.janitor import AbandonRequest, Unpublished
from shared.domain.operations import OperationRef
from shared.domain.transitions import RunEnded

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

Nothing = type(None)


def abandon_run(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns why it could not be ended, an empty text when it was. The run is marked last: until then it is
    found again by the next sweep.
    """
    request = from_json(AbandonRequest, context.get_input())
    run_id = request.lost.run_id
    try:
        yield from _undo(context, request)
        error = BuildError("OrchestrationLost", request.lost.reason, retryable=True)
        ended = RunEnded(context.current_utc_datetime.isoformat(), error)
        yield from call(context, "record_events", RecordCall(run_id, (ended,)), Nothing)
    except BuildFailed as failure:
        return f"{failure.error.code}: {failure.error.message}"
    return ""


def _undo(context: "DurableOrchestrationContext", request: AbandonRequest) -> Generator[Any, Any, None]:
    run = RunCall(request.lost.run_id)
    unpublished = yield from call(context, "unpublished_outputs", run, Unpublished)
    for index in unpublished.galleries:
        version = IndexedCall(run.run_id, index)
        deleting = yield from call(context, "delete_gallery_version", version, OperationRef)
        yield from wait_for_undo(context, deleting, request.poll)
    for index in unpublished.images:
        image = IndexedCall(run.run_id, index)
        deleting = yield from call(context, "delete_managed_image", image, OperationRef)
        yield from wait_for_undo(context, deleting, request.poll)
    for index in unpublished.vhds:
        yield from call(context, "delete_vhd", IndexedCall(run.run_id, index), Nothing)
    deleting = yield from call(context, "delete_staging_group", run, OperationRef)
    yield from wait_for_undo(context, deleting, request.poll)
    yield from call(context, "delete_scripts", run, Nothing)
    if request.limits.bounded:
        with suppress(BuildFailed):  # a run without a plan has no place to give back
            yield from leave_region(context, run.run_id, request.limits)
