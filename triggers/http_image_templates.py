"""AIB's own API, Microsoft.VirtualMachineImages: one function per operation, all of them served alike.

The paths are ARM's behind the app's prefix, so `https://<app>/api` is a base URL for AIB's clients.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import azure.durable_functions as df
import azure.functions as func

from shared.access.roles import Role
from shared.api.arm import Answer, Refusal
from shared.api.image_templates import TYPE
from shared.image_templates import operations, runs, templates
from shared.image_templates import triggers as template_triggers
from shared.image_templates.request import Request, check_api_version, check_subscription
from shared.services import Services, services
from shared.starting import Durable
from triggers.answers import answer, guarded_async
from triggers.authorise import caller_of
from triggers.durable_client import DurableClient

bp = df.Blueprint()

SUBSCRIPTION = "subscriptions/{subscription}"
PROVIDER = "providers/Microsoft.VirtualMachineImages"
GROUP = f"{SUBSCRIPTION}/resourceGroups/{{group}}/{PROVIDER}/imageTemplates"
TEMPLATE = f"{GROUP}/{{template}}"
LOCATION = f"{SUBSCRIPTION}/{PROVIDER}/locations/{{region}}"
TRIGGER = f"{TYPE}/triggers"

Handler = Callable[[Services, Durable, Request], Answer]


@dataclass(frozen=True)
class Operation:
    """A function of the app: its name, method and route, what serves it, and the ARM type it is about."""

    name: str
    method: str
    route: str
    handler: Handler
    resource_type: str = TYPE


OPERATIONS = (
    Operation("image_builder_operations", "GET", f"{PROVIDER}/operations", operations.list_operations),
    Operation(
        "image_templates_of_subscription",
        "GET",
        f"{SUBSCRIPTION}/{PROVIDER}/imageTemplates",
        templates.list_templates,
    ),
    Operation("image_templates_of_group", "GET", GROUP, templates.list_templates),
    Operation("image_template_get", "GET", TEMPLATE, templates.get_template),
    Operation("image_template_put", "PUT", TEMPLATE, templates.put_template),
    Operation("image_template_patch", "PATCH", TEMPLATE, templates.patch_template),
    Operation("image_template_delete", "DELETE", TEMPLATE, templates.delete_template),
    Operation("image_template_run", "POST", f"{TEMPLATE}/run", runs.run_template),
    Operation("image_template_cancel", "POST", f"{TEMPLATE}/cancel", runs.cancel_template),
    Operation("run_outputs_list", "GET", f"{TEMPLATE}/runOutputs", runs.list_run_outputs),
    Operation("run_output_get", "GET", f"{TEMPLATE}/runOutputs/{{child}}", runs.get_run_output),
    Operation("triggers_list", "GET", f"{TEMPLATE}/triggers", template_triggers.list_triggers, TRIGGER),
    Operation("trigger_get", "GET", f"{TEMPLATE}/triggers/{{child}}", template_triggers.get_trigger, TRIGGER),
    Operation("trigger_put", "PUT", f"{TEMPLATE}/triggers/{{child}}", template_triggers.put_trigger, TRIGGER),
    Operation(
        "trigger_delete",
        "DELETE",
        f"{TEMPLATE}/triggers/{{child}}",
        template_triggers.delete_trigger,
        TRIGGER,
    ),
    Operation("operation_get", "GET", f"{LOCATION}/operations/{{child}}", operations.get_operation),
    Operation(
        "operation_result", "GET", f"{LOCATION}/operationResults/{{child}}", operations.get_operation_result
    ),
)


def register(operation: Operation) -> None:
    """Adds the function to the app; it carries the operation's name, as the host shows it."""

    @guarded_async(_role(operation))
    async def serve(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
        durable = DurableClient.of(client)
        found = await asyncio.to_thread(_answer, operation, req, durable)
        if found.body is None:
            return func.HttpResponse(status_code=found.status, headers=dict(found.headers))
        return answer(found.body, found.status, found.headers)

    serve.__name__ = operation.name
    bp.function_name(operation.name)(
        bp.route(operation.route, methods=[operation.method])(
            bp.durable_client_input(client_name="client")(serve)
        )
    )


def _role(operation: Operation) -> Role:
    if operation.method == "GET":
        return Role.READER
    return Role.BUILDER if operation.method == "POST" else Role.OWNER


def _answer(operation: Operation, req: func.HttpRequest, durable: Durable) -> Answer:
    request = _decode(req)
    kiln = services()
    try:
        check_api_version(request, operation.resource_type)
        if request.subscription_id:
            check_subscription(request, kiln.settings.subscription_id)
        return operation.handler(kiln, durable, request)
    except Refusal as refusal:
        return refusal.answer(request.api_version)


def _decode(req: func.HttpRequest) -> Request:
    names = req.route_params
    return Request(
        method=req.method,
        url=_client_url(req),
        query={name.lower(): value for name, value in req.params.items()},
        headers={name.lower(): value for name, value in req.headers.items()},
        body=req.get_body(),
        subscription_id=names.get("subscription", ""),
        resource_group=names.get("group", ""),
        template=names.get("template", ""),
        child=names.get("child", ""),
        caller=caller_of(req),
    )


def _client_url(req: func.HttpRequest) -> str:
    """The address that the client used, to which links lead back: Resource Manager names it in `Referer`."""
    called, referer = str(req.url), str(req.headers.get("referer", ""))
    path, forwarded = (unquote(urlsplit(url).path).lower() for url in (called, referer))
    return referer if forwarded.startswith("/subscriptions/") and path.endswith(forwarded) else called


for item in OPERATIONS:
    register(item)
