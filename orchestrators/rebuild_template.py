"""Builds one template on the newer version of its source, once it is free."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.calls import call
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import new_run_id
from shared.domain.rebuild import (
    ClaimCall,
    Claimed,
    ClaimOutcome,
    RebuildOutcome,
    RebuildTemplate,
    SettleCall,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

LOOKS_PER_HISTORY = 50


def rebuild_template(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the `RebuildOutcome`; waits as long as another run of the template goes on."""
    request = from_json(RebuildTemplate, context.get_input())
    try:
        claimed = yield from _claim(context, request)
    except BuildFailed as failure:
        template_id = request.address.id
        return to_json(RebuildOutcome(template_id, ClaimOutcome.CURRENT, error=failure.error))
    if claimed is None:
        context.continue_as_new(to_json(request))
        return None
    if claimed.build is None:
        return to_json(RebuildOutcome(request.address.id, claimed.outcome))
    error = yield from _build(context, request, claimed)
    return to_json(RebuildOutcome(request.address.id, claimed.outcome, claimed.build.run_id, error))


def _claim(
    context: "DurableOrchestrationContext", request: RebuildTemplate
) -> Generator[Any, Any, Claimed | None]:
    """None when the template is busy still and the history is long enough."""
    for _ in range(LOOKS_PER_HISTORY):
        # A run id of long ago would be taken for a lost run: each attempt has one of its own time.
        now = context.current_utc_datetime
        run_id = new_run_id(request.address.name, now, f"{request.request.event_id} {context.instance_id}")
        attempt = ClaimCall(request.address, request.request.version, run_id)
        claimed = yield from call(context, "claim_rebuild", attempt, Claimed)
        if claimed.outcome is not ClaimOutcome.BUSY:
            return claimed
        pause = timedelta(seconds=request.request.poll.longest_seconds)
        yield context.create_timer(now + pause)
    return None


def _build(
    context: "DurableOrchestrationContext", request: RebuildTemplate, claimed: Claimed
) -> Generator[Any, Any, BuildError | None]:
    """Runs the build under its run id, as if it had been asked for by hand, and counts how it ended."""
    if claimed.build is None:
        raise AssertionError("a claim that started nothing has nothing to build")
    run_id = claimed.build.run_id
    try:
        result = yield context.call_sub_orchestrator("build_image", to_json(claimed.build), run_id)
        error = from_json(BuildError, result) if result else None
    except Exception as failure:  # noqa: BLE001 - the SDK raises a bare Exception for a failed orchestration
        error = BuildError("OrchestrationFailed", str(failure).partition("\n")[0])
    at = context.current_utc_datetime.isoformat()
    settled = SettleCall(request.address, run_id, at, error)
    yield from call(context, "settle_rebuild", settled, type(None))
    return error
