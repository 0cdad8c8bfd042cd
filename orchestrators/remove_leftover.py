"""Removes one thing that a run left behind."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from orchestrators.undoing import wait_for_undo
from shared.domain.codec import Json, from_json
from shared.domain.errors import BuildFailed
from shared.domain.janitor import Released, RemovalRequest
from shared.domain.operations import OperationRef

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def remove_leftover(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns why it could not be removed, an empty text when it is gone."""
    request = from_json(RemovalRequest, context.get_input())
    try:
        released = yield from call(context, "release_leftover", request.leftover, Released)
        for operation in released.operations:
            yield from wait_for_undo(context, operation, request.poll)
        deleting = yield from call(context, "delete_leftover", request.leftover, OperationRef)
        yield from wait_for_undo(context, deleting, request.poll)
    except BuildFailed as failure:
        return f"{failure.error.code}: {failure.error.message}"
    return ""
