"""What a resource type is here. Adding one means one file with a subclass of `ResourceType`.

A type checks a request (`check`, `check_delete`: fast, refuse with ArmError), fills in what the service fills
in (`initialise`), and then does its work in a long-running operation (`provision`, `remove`, actions). The
work may be interrupted at any point and is then done again from the start: every step must bear repetition.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import ClassVar, Protocol

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.json_types import Json
from local.cloud.schema import Record
from local.cloud.store import Resource


@dataclass(frozen=True)
class PutRequest:
    """A PUT (or a PATCH already merged) whose body has passed the type's schema."""

    id: ArmId
    body: Json
    previous: Resource | None
    api_version: str

    @property
    def properties(self) -> Json:
        properties: Json = self.body["properties"]
        return properties

    @property
    def location(self) -> str:
        return str(self.body.get("location", ""))


@dataclass(frozen=True)
class Action:
    """A POST on a resource. `check` refuses early; a synchronous action answers 200 at once."""

    run: Callable[[ArmId, Json], Awaitable[Json | None]]
    check: Callable[[Resource, Json], None] | None = None
    synchronous: bool = False
    body: Record | None = None


class TypeLookup(Protocol):
    def get(self, name: str) -> ResourceType:
        """The type of that name; raises ArmError 501."""


class ResourceType:
    """The defaults are those of most types: tracked, PUT as a long-running operation with 201 then 200."""

    name: ClassVar[str]
    body: ClassVar[Record]
    tracked: ClassVar[bool] = True
    has_etag: ClassVar[bool] = False
    put_is_operation: ClassVar[bool] = True
    delete_is_operation: ClassVar[bool] = True
    put_status: ClassVar[tuple[int, int]] = (201, 200)  # created, updated
    put_has_location: ClassVar[bool] = False
    creating_state: ClassVar[str] = "Creating"

    def __init__(self, cloud: Cloud, types: TypeLookup) -> None:
        self.cloud = cloud
        self.types = types

    def check(self, put: PutRequest) -> None:
        """Refuses what Azure would refuse at once."""

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        """Fills in what the service writes; `resource.internal` already carries over from `previous`.

        `internal["apiVersion"]` is that of this request, for defaults that depend on it.
        """

    async def provision(self, resource_id: ArmId) -> None:
        """Brings the resource into being, or up to date."""

    def preempt(self, resource: Resource) -> None:
        """A deletion was accepted: stop work that it must not wait for."""

    def check_delete(self, resource: Resource) -> None:
        """Refuses to delete what is in use."""

    async def remove(self, resource_id: ArmId) -> None:
        """Undoes `provision`; the resource itself is deleted by the caller."""

    def resume(self, resource: Resource) -> None:
        """Called at start for every stored resource of the type."""

    def view(self, resource: Resource, expand: str) -> Json:
        """The body of a GET."""
        del expand
        return deepcopy(resource.document)

    def actions(self) -> Mapping[str, Action]:
        """POST actions by lower-case name."""
        return {}

    def readings(self) -> Mapping[str, Callable[[Resource], Json]]:
        """Extra GETs below a resource by lower-case name, such as `instanceView`."""
        return {}

    async def delete_other(self, resource_id: ArmId) -> None:
        """Deletes another resource as part of this one's work; one that is gone already is no error.

        Waits for operations on it. Raises ArmError when it is in use.
        """
        if (resource := self.cloud.store.find(resource_id)) is None:
            return
        handler = self.types.get(resource.id.type)
        handler.check_delete(resource)
        handler.preempt(resource)
        self.cloud.operations.preempt(resource.id)
        async with self.cloud.operations.turn(resource.id):
            await handler.remove(resource.id)
            self.cloud.store.delete(resource.id)
