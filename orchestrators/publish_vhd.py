"""Publishes one VHD: opens the snapshot, has storage copy it, closes the snapshot."""

from collections.abc import Generator
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from orchestrators.publishing import failed, record, wait
from orchestrators.undoing import wait_for_undo
from shared.domain.build import IndexedCall, OperationCall, PublishRequest, RunCall
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.run import Output, Progress

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def publish_vhd(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `Output`; a failure is part of it, so that other outputs go on."""
    request = from_json(PublishRequest, context.get_input())
    error: BuildError | None = None
    uri = ""
    try:
        yield from record(context, request, replace(request.output, state=Progress.RUNNING))
        uri = yield from _copy(context, request)
    except BuildFailed as failure:
        error = failure.error
        yield from _delete(context, request)
    yield from _close(context, request)
    output = _outcome(request.output, uri, error)
    yield from record(context, request, output)
    return to_json(output)


def _copy(context: "DurableOrchestrationContext", request: PublishRequest) -> Generator[Any, Any, str]:
    opened = yield from call(context, "open_snapshot", RunCall(request.run_id), OperationRef)
    yield from wait(context, request, opened)
    arguments = OperationCall(request.run_id, request.index, opened.url)
    copying = yield from call(context, "copy_vhd", arguments, OperationRef)
    yield from wait(context, request, copying)
    return (yield from call(context, "check_vhd", IndexedCall(request.run_id, request.index), str))


def _delete(context: "DurableOrchestrationContext", request: PublishRequest) -> Generator[Any, Any, None]:
    """A VHD that was not copied to its end is no VHD."""
    with suppress(BuildFailed):
        yield from call(context, "delete_vhd", IndexedCall(request.run_id, request.index), type(None))


def _close(context: "DurableOrchestrationContext", request: PublishRequest) -> Generator[Any, Any, None]:
    """Ends the reading of the snapshot. Failing to is no failure of a VHD that lies where it should.

    Reading ends by itself a day later, and the janitor ends it before it deletes what cleaning up could not.
    """
    with suppress(BuildFailed):
        closing = yield from call(context, "close_snapshot", RunCall(request.run_id), OperationRef)
        yield from wait_for_undo(context, closing, request.poll)


def _outcome(output: Output, uri: str, error: BuildError | None) -> Output:
    if error is not None:
        return failed(output, error)
    return replace(output, state=Progress.SUCCEEDED, uri=uri)
