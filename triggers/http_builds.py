"""Kiln's own API: start a build, follow it, read its log, cancel it."""

import asyncio
import json
import uuid

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.builds import run_body
from shared.api.errors import error_body
from shared.catalog.logs import read_log
from shared.domain.codec import Json
from shared.domain.names import new_run_id
from shared.domain.problems import InvalidTemplateError
from shared.services import services
from shared.starting import cancel_run, inline_request, inline_template, start_run, utc_now
from triggers.answers import answer, guarded, guarded_async
from triggers.durable_client import DurableClient

bp = df.Blueprint()
MOST_RUNS = 1000


@bp.route("builds", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def start_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202 with the run; 400 with every problem of the template, and nothing was created."""
    try:
        document = json.loads(req.get_body())
    except ValueError as error:
        return answer(error_body("InvalidRequestContent", f"the body is not JSON: {error}"), 400)
    kiln = await asyncio.to_thread(services)
    try:
        request = inline_request(kiln, document)
        template = inline_template(kiln, request)
    except InvalidTemplateError as error:
        message = f"the template has {len(error.problems)} problem(s)"
        return answer(error_body("ValidationFailed", message, error.problems), 400)
    run_id = new_run_id(template.name, utc_now(), uuid.uuid4().hex)
    durable = DurableClient.of(client)
    run = await asyncio.to_thread(start_run, kiln, durable, run_id, request, template)
    return answer(run_body(run), 202, {"Location": f"/api/builds/{run.id}"})


@bp.route("builds", methods=["GET"])
@guarded(Role.READER)
def list_builds(req: func.HttpRequest) -> func.HttpResponse:
    """The newest runs first; `limit` of 1 to 1000, 50 unless given."""
    text = req.params.get("limit", "50")
    if not text.isdigit() or not 1 <= int(text) <= MOST_RUNS:
        return answer(error_body("InvalidParameter", f"limit: must be 1 to {MOST_RUNS}"), 400)
    runs: list[Json] = [run_body(run) for run in services().runs.newest(int(text))]
    return answer({"value": runs})


@bp.route("builds/{run}", methods=["GET"])
@guarded(Role.READER)
def get_build(req: func.HttpRequest) -> func.HttpResponse:
    """200 with the run, 404 when there is none of that id."""
    run = services().runs.get(req.route_params["run"])
    return _not_found(req) if run is None else answer(run_body(run))


@bp.route("builds/{run}/logs", methods=["GET"])
@guarded(Role.READER)
def get_logs(req: func.HttpRequest) -> func.HttpResponse:
    """The log from byte `offset` on; the headers say where the next bytes begin, and if any will come."""
    kiln = services()
    run = kiln.runs.get(req.route_params["run"])
    if run is None:
        return _not_found(req)
    offset = req.params.get("offset", "0")
    if not offset.isdigit():
        return answer(error_body("InvalidParameter", "offset: must be a number of bytes"), 400)
    chunk = read_log(kiln.documents, run, int(offset))
    headers = {"x-kiln-next-offset": str(chunk.next_offset), "x-kiln-complete": str(chunk.complete).lower()}
    return func.HttpResponse(chunk.data, headers=headers, mimetype="text/plain", charset="utf-8")


@bp.route("builds/{run}/cancel", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def cancel_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """202; the run ends Canceled once what it made is gone. A run that has ended stays as it is."""
    kiln = await asyncio.to_thread(services)
    run = await asyncio.to_thread(kiln.runs.get, req.route_params["run"])
    if run is None:
        return _not_found(req)
    run = await asyncio.to_thread(cancel_run, kiln, DurableClient.of(client), run)
    return answer(run_body(run), 202)


def _not_found(req: func.HttpRequest) -> func.HttpResponse:
    return answer(error_body("RunNotFound", f"there is no run {req.route_params['run']}"), 404)
