"""Looks once at a long-running operation, whatever its kind."""

from dataclasses import replace
from datetime import datetime
from http import HTTPStatus

from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest, HttpResponse
from azure.mgmt.resource.resources import ResourceManagementClient

from shared.azure.clients import ArmClients
from shared.azure.errors import azure_errors
from shared.azure.gallery_versions import poll_version
from shared.azure.run_command import poll_script
from shared.azure.storage import BlobStore
from shared.azure.throttling import retry_after
from shared.azure.vm import poll_vm
from shared.domain.errors import BuildError, TransientError
from shared.domain.operations import OperationKind, OperationRef, OperationState, OperationStatus

WITHOUT_CAUSE = frozenset({"RunCommandFailed", "GalleryVersionFailed"})


def poll(clients: ArmClients, store: BlobStore, operation: OperationRef) -> OperationStatus:
    """One request, no waiting. A failed operation is a status, not an exception."""
    match operation.kind:
        case OperationKind.DONE:
            return OperationStatus(OperationState.SUCCEEDED)
        case OperationKind.ARM | OperationKind.ARM_UNDO:
            return poll_arm(clients.resources, operation)
        case OperationKind.RUN_COMMAND:
            return _with_cause(clients, operation, poll_script(clients.compute, operation.resource_id))
        case OperationKind.GALLERY_VERSION:
            return _with_cause(clients, operation, poll_version(clients.compute, operation.resource_id))
        case OperationKind.BLOB_COPY:
            return store.copy_status(operation.resource_id)
        case OperationKind.VM:
            return poll_vm(clients.compute, operation.resource_id)


def _with_cause(clients: ArmClients, operation: OperationRef, status: OperationStatus) -> OperationStatus:
    """The resource says that it failed; only the operation that made it knows why."""
    if status.error is None or status.error.code not in WITHOUT_CAUSE or not operation.url:
        return status
    cause = poll_arm(clients.resources, operation).error
    if cause is None:
        return status
    message = f"{status.error.message}: {cause.message}"
    details = {**status.error.details, "cause": cause.code}
    return replace(status, error=replace(status.error, message=message, details=details))


def poll_arm(client: ResourceManagementClient, operation: OperationRef) -> OperationStatus:
    """Reads an Azure-AsyncOperation or Location URL as the ARM resource provider contract defines them."""
    with azure_errors(f"poll the operation on {operation.resource_id}"):
        response = client.send_request(HttpRequest("GET", operation.url))
        if response.status_code == HTTPStatus.NOT_FOUND:
            return _absent(operation, response)
        wait = retry_after(response.headers)
        if response.status_code == HTTPStatus.ACCEPTED:
            return OperationStatus(OperationState.IN_PROGRESS, wait)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            raise HttpResponseError(response=response)
        body = response.json() if response.content else {}
    return _from_document(operation, body, wait)


def _absent(operation: OperationRef, response: HttpResponse) -> OperationStatus:
    """The Location of a deletion may be gone together with what was deleted; others may be late to appear."""
    if operation.kind is OperationKind.ARM_UNDO:
        return OperationStatus(OperationState.SUCCEEDED)
    answer = HttpResponseError(response=response)
    reason = answer.error.message if answer.error else answer.message
    message = f"Azure does not know the operation on {operation.resource_id}: {reason}"
    raise TransientError(message, code="OperationNotFound")


def _from_document(operation: OperationRef, body: object, wait: float) -> OperationStatus:
    status = str(body.get("status", "")) if isinstance(body, dict) else ""
    if status in ("Failed", "Canceled", "Cancelled"):
        return OperationStatus(OperationState.FAILED, error=_cause(operation, body, status))
    if status and status != "Succeeded":
        return OperationStatus(OperationState.IN_PROGRESS, wait)
    return OperationStatus(OperationState.SUCCEEDED, took_seconds=_took(body))


def _took(body: object) -> float | None:
    """Seconds from `startTime` to `endTime`, which providers may leave out ("common operation status")."""
    if not isinstance(body, dict):
        return None
    try:
        begun, ended = (datetime.fromisoformat(str(body[name])) for name in ("startTime", "endTime"))
        return max(0.0, (ended - begun).total_seconds())
    except (KeyError, ValueError, TypeError):  # TypeError: one of them without a time zone
        return None


def _cause(operation: OperationRef, body: object, status: str) -> BuildError:
    error = body.get("error") if isinstance(body, dict) else None
    found = error if isinstance(error, dict) else {}
    code = str(found.get("code") or f"Operation{status}")
    message = str(found.get("message") or f"the operation on {operation.resource_id} ended {status}")
    return BuildError(code, message, details={"resource": operation.resource_id})
