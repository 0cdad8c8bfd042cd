"""Revokes versions: excluded from latest and at their end of life at once; what fails is told."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.announcing import announce
from orchestrators.calls import call
from orchestrators.undoing import wait_for_undo
from shared.domain.codec import Json, from_json
from shared.domain.errors import BuildFailed
from shared.domain.image_events import ImageEvent
from shared.domain.lifecycle import RevokeCall, RevokeRequest
from shared.domain.operations import OperationRef

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def revoke_images(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns errors by version id; none when all were revoked."""
    request = from_json(RevokeRequest, context.get_input())
    failed: dict[str, Json] = {}
    for version_id in request.version_ids:
        ask = RevokeCall(version_id, request.reason, context.current_utc_datetime.isoformat())
        try:
            operation = yield from call(context, "start_revoke", ask, OperationRef)
            yield from wait_for_undo(context, operation, request.poll)
            event = yield from call(context, "record_revoke", ask, ImageEvent)
            yield from announce(context, event)
        except BuildFailed as failure:
            failed[version_id] = f"{failure.error.code}: {failure.error.message}"
    return failed
