"""Answers and refusals that several operations share, in AIB's words where these are known."""

from datetime import UTC, datetime

from shared.api.arm import Answer, Refusal
from shared.api.image_templates import template_body
from shared.catalog.templates import Stored
from shared.domain.codec import Json
from shared.domain.operations import PollPolicy
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import RunState
from shared.domain.template_operation import TemplateOperation
from shared.domain.template_record import TemplateAddress
from shared.image_templates.request import Request
from shared.services import Services

LONGEST_WISH_SECONDS = 15.0  # of ours as a service: somebody looks at a build that has ended at most so late


def show(kiln: Services, stored: Stored, status: int = 200) -> Answer:
    """The template with its ETag."""
    record = stored.record
    run = kiln.runs.get(record.last_run) if record.last_run else None
    return Answer(status, template_body(record, run), {"ETag": stored.etag})


def operation_headers(kiln: Services, request: Request, operation: TemplateOperation) -> dict[str, str]:
    """`Azure-AsyncOperation`, and when to ask first."""
    url = request.provider_url(f"/locations/{operation.location}/operations/{operation.id}")
    return {"Azure-AsyncOperation": url, **retry_after(kiln.settings.poll, operation.started_at)}


def result_headers(kiln: Services, request: Request, operation: TemplateOperation) -> dict[str, str]:
    """`Location`: 202 while the operation goes on, its outcome afterwards."""
    url = request.provider_url(f"/locations/{operation.location}/operationResults/{operation.id}")
    return {"Location": url, **retry_after(kiln.settings.poll, operation.started_at)}


def retry_after(policy: PollPolicy, since: str) -> dict[str, str]:
    """A tenth of the time gone by: short operations are seen soon, and long ones polled rarely.

    Below a second the finer header is sent: `Retry-After` counts whole seconds, and clients take 0 for 30.
    """
    age = (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds()
    seconds = max(policy.first_seconds, min(age / 10, LONGEST_WISH_SECONDS))
    if seconds < 1:
        return {"x-ms-retry-after-ms": str(int(seconds * 1000))}
    return {"Retry-After": str(int(seconds))}


def not_found(address: TemplateAddress, child: str = "") -> Refusal:
    """`child` is `triggers/name` or `runOutputs/name`."""
    relative = f"Microsoft.VirtualMachineImages/imageTemplates/{address.name}{'/' if child else ''}{child}"
    message = (
        f"The Resource '{relative}' under resource group '{address.resource_group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return Refusal("ResourceNotFound", message, 404)


def not_allowed(action: str, address: TemplateAddress, state: str) -> Refusal:
    message = (
        f"{action} of image template '{address.name}' is not allowed in provisioning state: {state.lower()}."
    )
    return Refusal("OperationNotAllowed", message, 409)


def running(state: RunState) -> str:
    """AIB's words for a template that is fine while its run is not idle; AIB knows no run that waits."""
    return f"provisioned or run state: {RunState.RUNNING if state is RunState.QUEUED else state}"


def invalid(error: InvalidTemplateError) -> Refusal:
    """Every problem at once, in the message for those who see nothing else."""
    return Refusal("ValidationFailed", str(error), 400, error.problems)


def changed_meanwhile(address: TemplateAddress) -> Refusal:
    message = f"Image template '{address.name}' was changed by another request at the same time. Try again."
    return Refusal("Conflict", message, 409)


def listing(values: list[Json], next_link: str = "") -> Answer:
    return Answer(200, {"value": values, **({"nextLink": next_link} if next_link else {})})
