"""The provider's own operations list, and the poller of long-running operations in both of ARM's styles."""

from shared.api.arm import Answer, Refusal, explained, operation_body
from shared.api.image_template_operations import operations_body
from shared.domain.template_operation import OperationState, TemplateOperation
from shared.image_templates.answers import result_headers, retry_after
from shared.image_templates.progress import settle
from shared.image_templates.request import Request, check_operation_id
from shared.services import Services
from shared.starting import Durable


def list_operations(kiln: Services, durable: Durable, request: Request) -> Answer:
    del kiln, durable, request
    return Answer(200, operations_body())


def get_operation(kiln: Services, durable: Durable, request: Request) -> Answer:
    """The document behind `Azure-AsyncOperation`: 200 whatever became of the operation."""
    operation = _operation(kiln, durable, request)
    path = (
        f"/subscriptions/{request.subscription_id}/providers/Microsoft.VirtualMachineImages"
        f"/locations/{operation.location}/operations/{operation.id}"
    )
    under_way = operation.state is OperationState.IN_PROGRESS
    headers = retry_after(kiln.settings.poll, operation.started_at) if under_way else {}
    return Answer(200, operation_body(operation, path), headers)


def get_operation_result(kiln: Services, durable: Durable, request: Request) -> Answer:
    """What `Location` shows: 202 while it goes on, then 204, or the operation's error."""
    operation = _operation(kiln, durable, request)
    if operation.state is OperationState.IN_PROGRESS:
        return Answer(202, None, result_headers(kiln, request, operation))
    if operation.state is OperationState.SUCCEEDED:
        return Answer(204)
    error = operation.error
    message = explained(error) if error else f"The operation ended {operation.state.lower()}."
    # The codes are the run's own: docs/errors.md has them where they arise.
    code = error.code if error else operation.state.value
    raise Refusal(code, message, 409)


def _operation(kiln: Services, durable: Durable, request: Request) -> TemplateOperation:
    operation = kiln.operations.get(check_operation_id(request.child))
    if operation is None:
        raise Refusal("OperationNotFound", f"There is no operation '{request.child}'.", 404)
    return settle(kiln, durable, operation)
