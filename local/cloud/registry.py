"""All resource types by name, and the work of their long-running operations."""

from __future__ import annotations

from collections.abc import Iterable

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, not_implemented
from local.cloud.json_types import Json
from local.cloud.operations import SUCCEEDED, Operation
from local.cloud.ports import GuestError
from local.cloud.resource_type import ResourceType
from local.cloud.store import Resource


class Registry:
    def __init__(self, cloud: Cloud, types: Iterable[type[ResourceType]]) -> None:
        self.cloud = cloud
        self._types = {cls.name.lower(): cls(cloud, self) for cls in types}
        self._elsewhere: dict[str, ResourceType] = {}
        cloud.operations.connect(self.perform, self.finished)

    def serve_elsewhere(self, namespace: str, handler: ResourceType) -> None:
        """`handler` is asked about every type of the namespace."""
        self._elsewhere[namespace.lower()] = handler

    def names(self) -> list[str]:
        return sorted(handler.name for handler in self._types.values())

    def find(self, name: str) -> ResourceType | None:
        return self._types.get(name.lower()) or self._elsewhere.get(name.lower().partition("/")[0])

    def get(self, name: str) -> ResourceType:
        """Raises ArmError 501: Azure may well have the type, this cloud has not."""
        if (handler := self.find(name)) is None:
            raise not_implemented(f"the resource type '{name}'")
        return handler

    def view(self, resource_id: ArmId, expand: str = "") -> Json:
        """The body of a GET. Raises ArmError 404."""
        resource = self.cloud.store.get(resource_id)
        return self.get(resource_id.type).view(resource, expand)

    def resume(self) -> None:
        """After a start: unfinished operations go on, types pick up what they had running."""
        for handler in self._types.values():
            for resource in self.cloud.store.resources(type_name=handler.name):
                handler.resume(resource)
        self.cloud.operations.resume()

    async def perform(self, operation: Operation) -> Json | None:
        """The work behind an operation; may be called again for one that was interrupted."""
        try:
            return await self._perform(operation)
        except GuestError as error:
            raise ArmError(409, error.code, str(error)) from error

    async def _perform(self, operation: Operation) -> Json | None:
        resource_id = operation.resource_id
        handler = self.get(resource_id.type)
        if operation.verb == "PUT":
            await handler.provision(resource_id)
            return None
        if operation.verb == "DELETE":
            if self.cloud.store.find(resource_id):
                await handler.remove(resource_id)
            return None
        if self.cloud.store.find(resource_id) is None:
            raise ArmError(409, "OperationPreempted", "Operation execution has been preempted by a deletion.")
        return await handler.actions()[operation.verb].run(resource_id, operation.input)

    def finished(self, operation: Operation) -> None:
        """Writes the outcome of an operation into its resource."""
        resource = self.cloud.store.find(operation.resource_id)
        if resource is None:
            return
        if operation.verb == "DELETE" and operation.status == SUCCEEDED:
            self.cloud.store.delete(resource.id)
        elif operation.verb in ("PUT", "DELETE"):
            self._settle(resource, operation)

    def _settle(self, resource: Resource, operation: Operation) -> None:
        later = [other for other in self.cloud.operations.running(resource.id) if other.id != operation.id]
        if any(other.verb == "DELETE" for other in later):
            return  # the resource already shows Deleting, and that is what happens next
        resource.properties["provisioningState"] = operation.status
        self.cloud.store.save(resource)
