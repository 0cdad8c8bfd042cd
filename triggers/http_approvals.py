"""Approving a run whose template wants a human to look before its image is published."""

import asyncio
import json

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.builds import run_body
from shared.api.errors import error_body
from shared.api.patching import read_decision
from shared.approving import NothingToApproveError, approve_run
from shared.domain.problems import InvalidTemplateError
from shared.services import Services, services
from triggers.answers import answer, guarded_async
from triggers.authorise import known_caller
from triggers.durable_client import DurableClient

bp = df.Blueprint()


@bp.route("builds/{run}/approve", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def approve_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202; body `{"approved": true, "comment": "…"}`. 409 when the run waits for no approval."""
    durable = DurableClient.of(client)

    def approve(kiln: Services) -> func.HttpResponse:
        run = kiln.runs.get(req.route_params["run"])
        if run is None:
            return answer(error_body("RunNotFound", f"there is no run {req.route_params['run']}"), 404)
        try:
            decision, caller = read_decision(json.loads(req.get_body())), known_caller(req)
            if not (caller or decision.by):
                message = "by: who approves is not known; say it here"
                return answer(error_body("ValidationFailed", message), 400)
            approve_run(kiln, durable, run, decision, caller)
        except InvalidTemplateError as error:
            return answer(error_body("ValidationFailed", str(error), error.problems), 400)
        except ValueError as error:
            return answer(error_body("InvalidRequestContent", f"the body is not JSON: {error}"), 400)
        except NothingToApproveError as error:
            return answer(error_body("NothingToApprove", str(error)), 409)
        return answer(run_body(run), 202)

    return await asyncio.to_thread(lambda: approve(services()))
