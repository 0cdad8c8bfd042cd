"""Builds one template of a patch cycle, once it is free."""

from collections.abc import Generator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from orchestrators.turns import Turn, run_claimed, take_turn
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.patch_cycle import PatchOutcome, PatchTemplate

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def patch_template(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `PatchOutcome`."""
    request = from_json(PatchTemplate, context.get_input())
    planned, until = request.planned, datetime.fromisoformat(request.until)
    built_by = f"patch cycle {request.cycle}, started by {request.started_by}"
    turn = Turn("claim_patch", planned.address, request.cycle, built_by, request.poll, until=until)
    try:
        claimed = yield from take_turn(context, turn)
    except BuildFailed as failure:
        return to_json(PatchOutcome(planned.template_id, error=failure.error))
    if claimed is None:
        context.continue_as_new(to_json(request))
        return None
    if claimed.build is None:
        gone = BuildError("TemplateNotFound", "the template was deleted meanwhile")
        return to_json(PatchOutcome(planned.template_id, error=gone))
    error = yield from run_claimed(context, planned.address, claimed.build)
    return to_json(PatchOutcome(planned.template_id, claimed.build.run_id, error))
