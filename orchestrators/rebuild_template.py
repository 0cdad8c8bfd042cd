"""Builds one template on the newer version of its source, once it is free."""

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from orchestrators.turns import Turn, run_claimed, take_turn
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildFailed
from shared.domain.rebuild import ClaimOutcome, RebuildOutcome, RebuildTemplate, SettleCall

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def rebuild_template(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `RebuildOutcome`; waits as long as another run of the template goes on."""
    request = from_json(RebuildTemplate, context.get_input())
    address, wanted = request.address, request.request
    turn = Turn("claim_rebuild", address, wanted.event_id, wanted.built_by, wanted.poll, wanted.version)
    try:
        claimed = yield from take_turn(context, turn)
    except BuildFailed as failure:
        return to_json(RebuildOutcome(address.id, ClaimOutcome.CURRENT, error=failure.error))
    if claimed is None:
        context.continue_as_new(to_json(request))
        return None
    if claimed.build is None:
        return to_json(RebuildOutcome(address.id, claimed.outcome))
    error = yield from run_claimed(context, address, claimed.build)
    run_id, at = claimed.build.run_id, context.current_utc_datetime.isoformat()
    yield from call(context, "settle_rebuild", SettleCall(address, run_id, at, error), type(None))
    return to_json(RebuildOutcome(address.id, claimed.outcome, run_id, error))
