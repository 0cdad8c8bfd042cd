"""Cycles of patch policies: start, follow, approve, cancel, resume."""

import asyncio
from collections.abc import Callable

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.errors import error_body
from shared.api.patching import cycle_body, read_decision
from shared.approving import NothingToApproveError, approve_cycle
from shared.domain.patch_cycle import CANCEL_EVENT, CycleReport, CycleState
from shared.domain.stored_policy import PATCH, StoredPolicy
from shared.patching.canceling import cancel_builds
from shared.patching.due import CycleRunningError, start_by_hand
from shared.services import Services, services
from triggers.answers import answer, guarded, guarded_async
from triggers.authorise import caller_of, known_caller
from triggers.decode import read_json
from triggers.durable_client import DurableClient
from triggers.http_policies import stored_policy

bp = df.Blueprint()
POLICY = "patch-policies/{policy}"
CYCLE = f"{POLICY}/cycles/{{cycle}}"
MOST_CYCLES = 100


@bp.route(f"{POLICY}/start", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def start_cycle(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the cycle; `dryRun=true` only plans it. 409 while another one goes on."""
    dry_run = {"true": True, "false": False}.get(req.params.get("dryRun", "").lower())
    durable = DurableClient.of(client)

    def start(kiln: Services) -> func.HttpResponse:
        stored = stored_policy(req, PATCH)
        by = caller_of(req).identity
        return _started(kiln, stored, lambda: start_by_hand(kiln, durable, stored, by, dry_run=dry_run))

    return await asyncio.to_thread(lambda: start(services()))


@bp.route(f"{POLICY}/cycles", methods=["GET"])
@guarded(Role.READER)
def list_cycles(req: func.HttpRequest) -> func.HttpResponse:
    """At most 100, the newest first."""
    cycles = services().cycles.cycles(req.route_params["policy"], MOST_CYCLES)
    return answer({"value": [cycle_body(each) for each in cycles]})


@bp.route(CYCLE, methods=["GET"])
@guarded(Role.READER)
def get_cycle(req: func.HttpRequest) -> func.HttpResponse:
    report = _cycle(services(), req)
    return _no_cycle(req) if report is None else answer(cycle_body(report))


@bp.route(f"{CYCLE}/approve", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def approve_wave(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202; body `{"approved": true, "comment": "…"}`. 409 when the cycle waits for no approval."""
    decision = read_decision(read_json(req))
    report = await asyncio.to_thread(lambda: _cycle(services(), req))
    if report is None:
        return _no_cycle(req)
    caller, durable = known_caller(req), DurableClient.of(client)
    if not (caller or decision.by):
        return answer(error_body("ValidationFailed", "by: who approves is not known; say it here"), 400)
    try:
        await asyncio.to_thread(lambda: approve_cycle(durable, report, decision, caller))
    except NothingToApproveError as error:
        return answer(error_body("NothingToApprove", str(error)), 409)
    return answer(cycle_body(report), 202)


@bp.route(f"{CYCLE}/cancel", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def cancel_cycle(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202; no further wave begins, and builds that go on are cancelled. An ended cycle stays as it is."""
    durable = DurableClient.of(client)
    report = await asyncio.to_thread(lambda: _cycle(services(), req))
    if report is None:
        return _no_cycle(req)
    if report.state is CycleState.RUNNING:
        await client.raise_event(report.id, CANCEL_EVENT)
        await asyncio.to_thread(lambda: cancel_builds(services(), durable, report))
    return answer(cycle_body(report), 202)


@bp.route(f"{CYCLE}/resume", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def resume_cycle(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202 with a new cycle over what this one did not build with success."""
    durable = DurableClient.of(client)

    def resume(kiln: Services) -> func.HttpResponse:
        stored, report = kiln.cycles.get_policy(req.route_params["policy"]), _cycle(kiln, req)
        if stored is None or report is None:
            return _no_cycle(req)
        by = caller_of(req).identity
        return _started(kiln, stored, lambda: start_by_hand(kiln, durable, stored, by, resume=report))

    return await asyncio.to_thread(lambda: resume(services()))


def _started(kiln: Services, policy: StoredPolicy, start: Callable[[], str]) -> func.HttpResponse:
    try:
        started = start()
    except CycleRunningError as error:
        return answer(error_body("CycleRunning", str(error)), 409)
    report = kiln.cycles.get_cycle(policy.name, started)
    location = f"/api/patch-policies/{policy.name}/cycles/{started}"
    return answer(cycle_body(report) if report else {}, 202, {"Location": location})


def _cycle(kiln: Services, req: func.HttpRequest) -> CycleReport | None:
    return kiln.cycles.get_cycle(req.route_params["policy"], req.route_params["cycle"])


def _no_cycle(req: func.HttpRequest) -> func.HttpResponse:
    message = f"the policy {req.route_params['policy']} has no cycle {req.route_params['cycle']}"
    return answer(error_body("CycleNotFound", message), 404)
