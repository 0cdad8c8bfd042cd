"""PUT, PATCH, GET, DELETE, lists and actions on resources: the part of ARM that is the same for every
type."""

from __future__ import annotations

import hashlib
import json
import uuid
from copy import deepcopy

from local.cloud import guards
from local.cloud.errors import ArmError, concurrent_request, not_implemented
from local.cloud.json_types import Json
from local.cloud.operation_requests import operation_headers
from local.cloud.operations import Operation
from local.cloud.paging import page
from local.cloud.registry import Registry
from local.cloud.requests import Answer, ArmRequest
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import parse_body
from local.cloud.store import Resource


class ResourceRequests:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._cloud = registry.cloud
        self._store = registry.cloud.store

    async def answer(self, request: ArmRequest) -> Answer:
        """Raises ArmError for everything that Azure would refuse."""
        if request.target.resource_group and not request.target.id.is_resource_group:
            self._store.get(request.id.group)
        if request.target.tail:
            return await self._answer_below(request)
        return await self._answer_resource(request)

    async def _answer_resource(self, request: ArmRequest) -> Answer:
        match request.method:
            case "GET":
                return Answer(200, self._registry.view(request.id, request.expand))
            case "HEAD":
                return Answer(204 if self._store.find(request.id) else 404)
            case "PUT":
                return self._put(request, request.body())
            case "PATCH":
                return self._patch(request)
            case "DELETE":
                return await self._delete(request)
        raise ArmError(405, "MethodNotAllowed", f"{request.method} is not allowed on {request.path}.")

    async def _answer_below(self, request: ArmRequest) -> Answer:
        """A collection, an action, or a reading such as `instanceView`."""
        target = request.target
        if request.method == "POST":
            return await self._act(request)
        if request.method != "GET":
            raise ArmError(405, "MethodNotAllowed", f"{request.method} is not allowed on {request.path}.")
        owner = self._registry.find(target.id.type) if target.names else None
        if owner and (reading := owner.readings().get(target.tail.lower())):
            return Answer(200, reading(self._store.get(target.id)))
        return self._list(request)

    def _list(self, request: ArmRequest) -> Answer:
        target = request.target
        handler = self._registry.get(target.collection_type)
        if target.names:
            self._store.get(target.id)
        under = request.path.rstrip("/") + "/" if target.resource_group else ""
        found = self._store.resources(type_name=handler.name, under=under)
        return page(self._cloud.settings.arm, request, [handler.view(item, request.expand) for item in found])

    def _put(self, request: ArmRequest, body: Json) -> Answer:
        handler = self._registry.get(request.id.type)
        previous = self._store.find(request.id)
        resource_id = previous.id if previous else request.id.spelled_as(handler.name)
        guards.check_enclosing(self._cloud, resource_id)
        guards.check_conditions(request.headers, previous)
        # An absent `properties` is an empty one: what is required in it gets its full path in the refusal.
        complete = {**body, "properties": body.get("properties") or {}}
        put = PutRequest(resource_id, parse_body(handler.body, complete), previous, request.api_version)
        if handler.tracked:
            guards.check_location(handler.name, put)
        if joined := self._join_running(handler, put):
            return joined
        handler.check(put)
        return self._accept(handler, put, request)

    def _join_running(self, handler: ResourceType, put: PutRequest) -> Answer | None:
        """A repeated PUT of the same body follows the operation that is already under way."""
        running = self._cloud.operations.running(put.id) if put.previous else []
        if not running or put.previous is None:
            return None
        if running[-1].verb != "PUT" or put.previous.internal.get("bodyHash") != body_hash(put.body):
            raise concurrent_request()
        return self._put_answer(handler, put.previous, running[-1], created=False)

    def _accept(self, handler: ResourceType, put: PutRequest, request: ArmRequest) -> Answer:
        resource = _new_state(handler, put)
        with self._store.transaction():
            handler.initialise(resource, put.previous)
            if not handler.put_is_operation:
                resource.properties["provisioningState"] = "Succeeded"
                self._store.save(resource)
                return Answer(200 if put.previous else 201, handler.view(resource, ""))
            self._store.save(resource)
            operation = self._cloud.operations.begin(_operation(resource, "PUT", request))
        return self._put_answer(handler, resource, operation, created=put.previous is None)

    def _put_answer(
        self,
        handler: ResourceType,
        resource: Resource,
        operation: Operation,
        *,
        created: bool,
    ) -> Answer:
        status = handler.put_status[0 if created else 1]
        headers = operation_headers(
            self._cloud.settings, operation, asynchronous=True, location=handler.put_has_location
        )
        return Answer(status, handler.view(resource, ""), headers)

    def _patch(self, request: ArmRequest) -> Answer:
        resource = self._store.get(request.id)
        handler = self._registry.get(request.id.type)
        merged = _merge(handler.view(resource, ""), request.body())
        for name in ("id", "name", "type", "etag"):
            merged.pop(name, None)
        return self._put(request, merged)

    async def _delete(self, request: ArmRequest) -> Answer:
        handler = self._registry.get(request.id.type)
        resource = self._store.find(request.id)
        if resource is None:
            return guards.answer_to_absent(request.id)
        guards.check_conditions(request.headers, resource)
        if not handler.delete_is_operation:
            await handler.delete_other(resource.id)
            return Answer(200)
        return self._begin_delete(handler, resource, request)

    def _begin_delete(self, handler: ResourceType, resource: Resource, request: ArmRequest) -> Answer:
        running = self._cloud.operations.running(resource.id)
        operation = next((other for other in running if other.verb == "DELETE"), None)
        if operation is None:
            handler.check_delete(resource)
            with self._store.transaction():
                resource.properties["provisioningState"] = "Deleting"
                self._store.save(resource)
                operation = self._cloud.operations.begin(_operation(resource, "DELETE", request))
            handler.preempt(resource)
            self._cloud.operations.preempt(resource.id)
        return Answer(
            202, None, operation_headers(self._cloud.settings, operation, asynchronous=False, location=True)
        )

    async def _act(self, request: ArmRequest) -> Answer:
        handler = self._registry.get(request.id.type)
        resource = self._store.get(request.id)
        name = request.target.tail.lower()
        if (action := handler.actions().get(name)) is None:
            raise not_implemented(f"the action '{request.target.tail}' of '{handler.name}'")
        body = parse_body(action.body, request.body()) if action.body else {}
        if action.check:
            action.check(resource, body)
        if action.synchronous:
            return Answer(200, await action.run(resource.id, body))
        operation = _operation(resource, name, request)
        operation.input = body
        self._cloud.operations.begin(operation)
        return Answer(
            202, None, operation_headers(self._cloud.settings, operation, asynchronous=True, location=True)
        )


def _operation(resource: Resource, verb: str, request: ArmRequest) -> Operation:
    verb = "PUT" if verb == "PATCH" else verb
    return Operation(str(resource.id), verb, request.api_version, resource.location, fault=request.fault)


def _new_state(handler: ResourceType, put: PutRequest) -> Resource:
    """The resource as a GET shows it right after the request was accepted."""
    document: Json = {"id": str(put.id), "name": put.id.name, "type": handler.name, **deepcopy(put.body)}
    if handler.tracked:
        document.setdefault("tags", {})
    if handler.has_etag:
        document["etag"] = f'W/"{uuid.uuid4()}"'
    internal = dict(put.previous.internal) if put.previous else {}
    internal.update(bodyHash=body_hash(put.body), apiVersion=put.api_version)
    document["properties"]["provisioningState"] = "Updating" if put.previous else handler.creating_state
    return Resource(put.id, document, internal)


def body_hash(body: Json) -> str:
    """Tells whether two bodies are the same without keeping secrets."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _merge(base: Json, change: Json) -> Json:
    """JSON merge patch (RFC 7396), as ARM's PATCH; null removes."""
    merged = dict(base)
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merge(merged[name], value)
        else:
            merged[name] = value
    return merged
