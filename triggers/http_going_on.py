"""Kiln's own API: start a failed run again, and publish what a run made to further places."""

import asyncio
import json

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.builds import run_body
from shared.api.errors import error_body
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import Run
from shared.going_on import NotPossibleError, redistribute_run, retry_run
from shared.services import Services, services
from shared.starting import Durable
from triggers.answers import answer, guarded_async
from triggers.authorise import caller_of
from triggers.durable_client import DurableClient

bp = df.Blueprint()


@bp.route("builds/{run}/retry", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def retry_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the new run; 409 for a run that goes on or succeeded."""
    return await asyncio.to_thread(_retry, req, DurableClient.of(client))


@bp.route("builds/{run}/redistribute", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def redistribute_build(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    """202 with the new run; 400 with every problem of the distributors; 409 where nothing was published."""
    return await asyncio.to_thread(_redistribute, req, DurableClient.of(client))


def _retry(req: func.HttpRequest, durable: Durable) -> func.HttpResponse:
    kiln = services()
    run = _run(kiln, req)
    if run is None:
        return _not_found(req)
    try:
        return _started(retry_run(kiln, durable, run, caller_of(req).identity))
    except NotPossibleError as error:
        return answer(error_body("OperationNotAllowed", str(error)), 409)


def _redistribute(req: func.HttpRequest, durable: Durable) -> func.HttpResponse:
    kiln = services()
    run = _run(kiln, req)
    if run is None:
        return _not_found(req)
    try:
        document = json.loads(req.get_body())
        built_by = caller_of(req).identity
        return _started(redistribute_run(kiln, durable, run, document, built_by))
    except NotPossibleError as error:
        return answer(error_body("OperationNotAllowed", str(error)), 409)
    except InvalidTemplateError as error:
        message = f"the distributors have {len(error.problems)} problem(s)"
        return answer(error_body("ValidationFailed", message, error.problems), 400)
    except ValueError as error:
        return answer(error_body("InvalidRequestContent", f"the body is not JSON: {error}"), 400)


def _run(kiln: Services, req: func.HttpRequest) -> Run | None:
    return kiln.runs.get(req.route_params["run"])


def _started(run: Run) -> func.HttpResponse:
    return answer(run_body(run), 202, {"Location": f"/api/builds/{run.id}"})


def _not_found(req: func.HttpRequest) -> func.HttpResponse:
    return answer(error_body("RunNotFound", f"there is no run {req.route_params['run']}"), 404)
