"""The URLs that long-running operations are followed by, and what they answer.

`Azure-AsyncOperation` names the operation's document, `Location` its outcome. Clients need the outcome of a
PUT to be the resource itself.
"""

from __future__ import annotations

import re

from local.cloud.arm_ids import parse_id
from local.cloud.errors import ArmError
from local.cloud.operations import FAILED, IN_PROGRESS, Operation, Operations
from local.cloud.registry import Registry
from local.cloud.requests import Answer, ArmRequest
from local.cloud.settings import CloudSettings

OPERATION_PATH = re.compile(
    r"/subscriptions/[^/]+(?:/providers/[^/]+)?(?:/locations/[^/]+)?/(operations|operationresults)/([^/]+)",
    re.IGNORECASE,
)


def operation_headers(
    settings: CloudSettings, operation: Operation, *, asynchronous: bool, location: bool
) -> dict[str, str]:
    """The headers that begin the polling of an operation."""
    namespace = operation.resource_id.namespace or "Microsoft.Resources"
    scope = f"{settings.arm}/subscriptions/{settings.subscription_id}/providers/{namespace}"
    scope = f"{scope}/locations/{operation.location or 'global'}"
    query = f"{operation.id}?api-version={operation.api_version}"
    headers = settings.first_headers()
    if asynchronous:
        headers["Azure-AsyncOperation"] = f"{scope}/operations/{query}"
    if location:
        headers["Location"] = f"{scope}/operationResults/{query}"
    return headers


class OperationRequests:
    def __init__(self, settings: CloudSettings, operations: Operations, registry: Registry) -> None:
        self._settings = settings
        self._operations = operations
        self._registry = registry

    def answer(self, request: ArmRequest) -> Answer | None:
        """The answer to a polling request; None when the path is not one of an operation."""
        if not (match := OPERATION_PATH.fullmatch(request.path)) or request.method != "GET":
            return None
        if (operation := self._operations.find(match[2])) is None:
            raise ArmError(404, "OperationNotFound", f"The operation '{match[2]}' was not found.")
        headers = self._settings.polling_headers() if operation.status == IN_PROGRESS else {}
        if match[1].lower() == "operations":
            return Answer(200, operation.document(), headers)
        if operation.status == IN_PROGRESS:
            return Answer(
                202, None, {**headers, "Location": f"{self._settings.arm}{request.path}{_query(request)}"}
            )
        return self._outcome(operation)

    def _outcome(self, operation: Operation) -> Answer:
        if operation.status == FAILED:
            return Answer(409, {"error": operation.error})
        if operation.verb == "PUT":
            return Answer(200, self._registry.view(parse_id(operation.resource)))
        if operation.result is not None:
            return Answer(200, operation.result)
        return Answer(204 if operation.verb == "DELETE" else 200)


def _query(request: ArmRequest) -> str:
    return f"?api-version={request.api_version}"
