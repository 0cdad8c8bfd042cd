"""Kiln's own API to stored templates: export, copy, and what a run would do."""

import asyncio

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.forecast.body import forecast_body
from shared.image_templates.copying import (
    copy_template,
    existing_template,
    exported,
    read_copy_target,
    template_address,
)
from shared.image_templates.request import Request
from shared.image_templates.starting import asked_template
from shared.services import Services, services
from triggers.answers import answer, guarded_async
from triggers.authorise import admit_to, caller_of
from triggers.decode import read_json
from triggers.durable_client import DurableClient

bp = df.Blueprint()
TEMPLATE = "templates/{group}/{template}"


@bp.route(TEMPLATE, methods=["GET"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.READER)
async def export_template(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """200 with the bare template, 404 when there is none."""
    durable = DurableClient.of(client)

    def export(kiln: Services) -> func.HttpResponse:
        stored = existing_template(kiln, durable, _request(kiln, req).address)
        return answer(exported(stored), 200, {"ETag": stored.etag})

    return await asyncio.to_thread(lambda: export(services()))


@bp.route(f"{TEMPLATE}/copy", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.OWNER)
async def copy_of_template(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """201 with the copy's id. Who copies must be Owner here and there."""
    target = read_copy_target(read_json(req))
    durable = DurableClient.of(client)

    def copy(kiln: Services) -> func.HttpResponse:
        request = _request(kiln, req)
        admit_to(req, Role.OWNER, target.address(request.address).id)
        made = copy_template(kiln, durable, request, target)
        return answer(made.body, made.status, made.headers)

    return await asyncio.to_thread(lambda: copy(services()))


@bp.route("plan", methods=["POST"])
@bp.durable_client_input(client_name="client")
@guarded_async(Role.BUILDER)
async def forecast_build(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """200 with what a run of the same body would do; nothing is created."""
    document = read_json(req)
    durable = DurableClient.of(client)

    def plan(kiln: Services) -> func.HttpResponse:
        return answer(forecast_body(kiln, asked_template(kiln, durable, document)))

    return await asyncio.to_thread(lambda: plan(services()))


def _request(kiln: Services, req: func.HttpRequest) -> Request:
    """The request as AIB's operations take it. Raises InvalidTemplateError for names that no template has."""
    names = req.route_params
    address = template_address(kiln.settings.subscription_id, names["group"], names["template"])
    return Request(
        method=req.method,
        url=str(req.url),
        query={},
        headers={},
        subscription_id=address.subscription_id,
        resource_group=address.resource_group,
        template=address.name,
        caller=caller_of(req),
    )
