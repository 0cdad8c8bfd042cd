"""The janitor by hand: what it would do, a sweep at once, and what the last one did."""

import asyncio
from datetime import UTC, datetime

import azure.durable_functions as df
import azure.functions as func

from activities.janitor import find_leftovers
from activities.layers import find_stale_layers
from shared.access.roles import Role
from shared.api.errors import error_body
from shared.api.janitor import findings_body, report_body
from shared.domain.janitor import Leftovers, SweepCall
from shared.services import services
from shared.sweeping import INSTANCE, lost_runs, start_sweep
from triggers.answers import answer, guarded_async
from triggers.durable_client import DurableClient

bp = df.Blueprint()


@bp.route("janitor", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.OWNER)
async def sweep(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """`dryRun=true`: 200 with what a sweep would do; nothing is changed. Else 202: GET tells how it went."""
    kiln = await asyncio.to_thread(services)
    durable = DurableClient.of(client)
    wanted = req.params.get("dryRun", "false").lower()
    if wanted not in ("true", "false"):
        return answer(error_body("InvalidParameter", "dryRun: must be true or false"), 400)
    if wanted == "true":
        now = datetime.now(UTC)
        lost = await asyncio.to_thread(lost_runs, kiln, durable, now)
        call = SweepCall(now.isoformat())
        leftovers = await asyncio.to_thread(find_leftovers, kiln, call)
        stale = await asyncio.to_thread(find_stale_layers, kiln, call)
        leftovers = Leftovers((*leftovers.found, *stale.found))
        return answer(findings_body(lost, leftovers))
    started = (await asyncio.to_thread(start_sweep, kiln, durable)).started
    return answer({"started": started}, 202, {"Location": "/api/janitor"})


@bp.route("janitor", methods=["GET"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.READER)
async def last_sweep(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:  # noqa: ARG001 - the binding needs the parameter
    """200 with the last sweep: its state, and its report once it has ended. 404 when there was none."""
    status = await client.get_status(INSTANCE)
    if status is None or status.runtime_status is None:
        return answer(error_body("NoSweep", "the janitor has not been at work yet"), 404)
    return answer(report_body(status.runtime_status.value, status.output))
