"""What a durable client can do with instances and entities; the management API is its HTTP form."""

import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeAlias

from .durable import DurableHost
from .errors import InstanceConflictError, InstanceGoneError, InstanceNotFoundError, InvalidRequestError
from .history import Event, EventType, event
from .instances import Instance, Status
from .rewind import rewind
from .scheduling import new_instance, unknown_function
from .store import UnitOfWork
from .traces import Trace
from .turn import started_event

_LONGEST_ID = 256
Commit: TypeAlias = Callable[[UnitOfWork], Awaitable[None]]


class DurableClientApi:
    """Operations by instance id. All raise InstanceNotFoundError where the id is unknown."""

    def __init__(self, durable: DurableHost, store_commit: Commit) -> None:
        self._durable = durable
        self._commit = store_commit

    async def start(
        self,
        name: str,
        instance_id: str | None = None,
        input_json: str | None = None,
        version: str | None = None,
        trace: Trace | None = None,
    ) -> str:
        """Starts an orchestration and returns its id.

        Raises InvalidRequestError for an unknown function or a bad id, InstanceConflictError for the id of a
        live one.
        """
        orchestrators = self._durable.engine.orchestrators
        if name not in orchestrators:
            raise InvalidRequestError(unknown_function(name, "orchestrator", orchestrators))
        instance_id = instance_id or uuid.uuid4().hex
        _check_id(instance_id)
        existing = self._durable.instances.load(instance_id)
        if (
            existing
            and not existing.status.is_terminal
            and not self._durable.options.allow_restart_of_any_state
        ):
            raise InstanceConflictError(
                f"An Orchestration instance with the status {existing.status} already exists."
            )
        version = version or self._durable.options.versions.current
        now = time.time()
        instance = replace(new_instance(instance_id, name, version, input_json, now), trace=trace)
        unit = UnitOfWork()
        self._durable.instances.insert(unit, instance)
        self._durable.post.to_instance(unit, instance_id, started_event(instance, now), instance.execution_id)
        await self._commit(unit)
        return instance_id

    def get(self, instance_id: str) -> Instance:
        instance = self._durable.instances.load(instance_id)
        if instance is None:
            raise InstanceNotFoundError(instance_id)
        return instance

    async def raise_event(self, instance_id: str, name: str, data_json: str) -> None:
        """Raises InstanceGoneError if the instance has ended."""
        self.require_live(instance_id)
        await self._send(instance_id, event(EventType.EVENT_RAISED, time.time(), Name=name, Input=data_json))

    async def terminate(self, instance_id: str, reason: str) -> None:
        self.require_live(instance_id)
        await self._send(instance_id, event(EventType.EXECUTION_TERMINATED, time.time(), Input=reason))

    async def suspend(self, instance_id: str, reason: str) -> None:
        self.require_live(instance_id)
        await self._send(instance_id, event(EventType.EXECUTION_SUSPENDED, time.time(), Reason=reason))

    async def resume(self, instance_id: str, reason: str) -> None:
        self.require_live(instance_id)
        await self._send(instance_id, event(EventType.EXECUTION_RESUMED, time.time(), Reason=reason))

    async def restart(self, instance_id: str, with_new_id: bool) -> str:
        instance = self.get(instance_id)
        new_id = None if with_new_id else instance_id
        return await self.start(instance.name, new_id, instance.input, instance.version)

    async def rewind(self, instance_id: str, reason: str) -> None:
        """Raises InstanceGoneError unless the instance has failed."""
        instance = self.get(instance_id)
        if instance.status is not Status.FAILED:
            raise InstanceGoneError(instance_id)
        unit = UnitOfWork()
        rewind(self._durable.instances, self._durable.post, unit, instance, reason, time.time())
        await self._commit(unit)

    async def wait_for_end(self, instance_id: str, seconds: float) -> Instance:
        instance = self.get(instance_id)
        if not instance.status.is_terminal:
            await self._durable.engine.wait_for_end(instance_id, seconds)
        return self.get(instance_id)

    async def signal_entity(self, entity_id: str, operation: str, input_json: str | None) -> None:
        name = entity_id.split("@")[1]
        entities = self._durable.entities.entities
        if name not in entities:
            raise InvalidRequestError(unknown_function(name, "entity", entities))
        body: Event = {"op": operation, "id": str(uuid.uuid4()), "signal": True}
        if input_json is not None:
            body["input"] = input_json
        unit = UnitOfWork()
        self._durable.post.to_entity(unit, entity_id, body)
        await self._commit(unit)

    def require_live(self, instance_id: str) -> Instance:
        instance = self.get(instance_id)
        if instance.status.is_terminal:
            raise InstanceGoneError(instance_id)
        return instance

    async def _send(self, instance_id: str, message: Event) -> None:
        unit = UnitOfWork()
        self._durable.post.to_instance(unit, instance_id, message)
        await self._commit(unit)


def _check_id(instance_id: str) -> None:
    if len(instance_id) > _LONGEST_ID:
        raise InvalidRequestError(f"Instance IDs must not be longer than {_LONGEST_ID} characters.")
    if instance_id.startswith("@"):
        raise InvalidRequestError("Orchestration instance IDs must not start with '@'.")
    if any(c in "/\\?#" or not c.isprintable() for c in instance_id):
        raise InvalidRequestError(
            "Orchestration instance IDs must not contain '/', '\\', '?', '#' or control characters."
        )
