"""What Resource Manager remembers of resources that another service serves: enough to list and delete them.

A resource is expected before its PUT goes on, so that it is known however this process ends, and remembered
with what lists show when the provider has taken it. Those without a location go with what encloses them.
"""

from __future__ import annotations

from http import HTTPStatus

from local.cloud.json_types import Json
from local.cloud.operations import Operation, Operations
from local.cloud.requests import Answer, ArmRequest
from local.cloud.store import Resource, Store

LISTED = ("id", "name", "type", "location", "tags", "sku", "managedBy", "identity", "kind", "zones")
GONE = (HTTPStatus.OK, HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)  # to a DELETE
# Answers to a PUT that do not say that there is no such resource.
MAY_EXIST = (HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED)


class Tracking:
    def __init__(self, store: Store, operations: Operations) -> None:
        self._store = store
        self._operations = operations

    def expect(self, request: ArmRequest) -> None:
        """The PUT goes on now."""
        if request.method == "PUT" and self._store.find(request.id) is None:
            document: Json = {"id": str(request.id), "name": request.id.name, "type": request.id.type}
            self._save(request, document)

    def learn(self, request: ArmRequest, answer: Answer) -> None:
        """What the provider's answer says about the resource."""
        known = self._store.find(request.id)
        match request.method:
            case "PUT" | "PATCH":
                self._learn_of_write(request, answer, known)
            case "DELETE" if known and answer.status == HTTPStatus.ACCEPTED:
                self._follow(request, known)
            case "DELETE" if known and answer.status in GONE:
                self._store.delete(known.id)

    def _learn_of_write(self, request: ArmRequest, answer: Answer, known: Resource | None) -> None:
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status < HTTPStatus.BAD_REQUEST and "location" in body:
            self._save(request, {name: body[name] for name in LISTED if name in body})
        elif known and "location" not in known.document and _tells_absence(answer):
            self._store.delete(known.id)

    def _save(self, request: ArmRequest, document: Json) -> None:
        internal = {"apiVersion": request.api_version}
        self._store.save(Resource(request.id, {**document, "properties": {}}, internal))

    def _follow(self, request: ArmRequest, known: Resource) -> None:
        """The deletion goes on at the provider: asks until it is done, also after a restart."""
        if not self._operations.running(known.id):
            operation = Operation(str(known.id), "DELETE", request.api_version, known.location)
            self._operations.begin(operation)


def _tells_absence(answer: Answer) -> bool:
    """Refused as such, or taken without a location: nothing that a group's deletion must look for."""
    return answer.status < HTTPStatus.INTERNAL_SERVER_ERROR and answer.status not in MAY_EXIST
