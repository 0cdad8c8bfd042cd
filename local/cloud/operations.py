"""Long-running operations: recorded before they begin, carried on after a restart, told as Azure tells them.

An operation is one row of the store. Operations on the same resource run one after the other in the order in
which they were accepted, as Azure Resource Manager serialises them.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.clock import now
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.managed_state import ManagedState
from local.cloud.store import Store

log = logging.getLogger(__name__)

IN_PROGRESS, SUCCEEDED, FAILED, CANCELED = "InProgress", "Succeeded", "Failed", "Canceled"


@dataclass
class Operation:
    """`verb` is PUT, DELETE or the name of an action; `input` the action's body, `result` its answer."""

    resource: str
    verb: str
    api_version: str
    location: str
    input: Json = field(default_factory=dict)
    fault: Json = field(default_factory=dict)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = IN_PROGRESS
    started: float = field(default_factory=time.time)
    start_time: str = field(default_factory=now)
    end_time: str | None = None
    error: Json | None = None
    result: Json | None = None

    @property
    def resource_id(self) -> ArmId:
        return parse_id(self.resource)

    @property
    def what(self) -> str:
        return f"{self.verb} {self.resource_id.type.rpartition('/')[2]}"

    def document(self) -> Json:
        """What the `Azure-AsyncOperation` URL answers."""
        document: Json = {"name": self.id, "status": self.status, "startTime": self.start_time}
        if self.end_time:
            document["endTime"] = self.end_time
        if self.error:
            document["error"] = self.error
        if self.result is not None:
            document["properties"] = {"output": self.result}
        return document


Perform = Callable[[Operation], Awaitable[Json | None]]
Finished = Callable[[Operation], None]


@dataclass
class Hang:
    """An operation that a fault keeps from ending. `preempted`: its resource is being deleted meanwhile."""

    operation: Operation
    released: asyncio.Event = field(default_factory=asyncio.Event)
    preempted: bool = False


class Operations:
    """`perform` does the work and may raise ArmError; `finished` writes the outcome into the resource."""

    def __init__(self, store: Store, state: ManagedState) -> None:
        self._store = store
        self._state = state
        self._tasks: set[asyncio.Task[None]] = set()
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._hanging: dict[str, Hang] = {}
        self._perform: Perform | None = None
        self._finished: Finished | None = None

    def connect(self, perform: Perform, finished: Finished) -> None:
        self._perform, self._finished = perform, finished

    def begin(self, operation: Operation) -> Operation:
        """Records the operation; call inside the transaction that changes the resource. Starts soon after."""
        self._save(operation)
        self._schedule(operation)
        return operation

    def find(self, operation_id: str) -> Operation | None:
        record = self._store.find_operation(operation_id)
        return Operation(**record) if record else None

    def running(self, resource: ArmId) -> list[Operation]:
        """Unfinished operations on a resource, oldest first."""
        return [Operation(**record) for record in self._store.operations(IN_PROGRESS, resource)]

    def turn(self, resource: ArmId) -> asyncio.Lock:
        """Held by whoever works on a resource; waiters are served in order."""
        return self._turns[resource.key]

    def resume(self) -> None:
        """Carries on what an earlier process left unfinished."""
        for record in self._store.operations(IN_PROGRESS):
            self._schedule(Operation(**record))

    def release(self, fault_id: str = "") -> None:
        """Lets operations go on that a fault keeps hanging now: this fault, or any."""
        for hang in self._hanging.values():
            if fault_id in ("", hang.operation.fault["id"]):
                hang.released.set()

    def preempt(self, resource: ArmId) -> None:
        """Ends what a fault keeps hanging on a resource that is being deleted, as Azure does."""
        for hang in self._hanging.values():
            if hang.operation.resource_id.key == resource.key:
                hang.preempted = True
                hang.released.set()

    async def stop(self) -> None:
        """Lets go of all operations; they stay `InProgress` in the store for the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _schedule(self, operation: Operation) -> None:
        self._state.begun(operation.started)
        task = asyncio.get_running_loop().create_task(self._run(operation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, operation: Operation) -> None:
        async with self.turn(operation.resource_id):
            try:
                await self._state.wait(operation.started, operation.what)
                await self._apply_fault(operation)
                assert self._perform  # noqa: S101 - connected at composition, before anything can begin
                operation.result = await self._perform(operation)
                _fail_if("failAfter", operation)
                operation.status = SUCCEEDED
            except ArmError as error:
                operation.status, operation.error = FAILED, error.error()
            except Exception as error:
                log.exception("operation %s on %s", operation.verb, operation.resource)
                operation.status = FAILED
                operation.error = {"code": "InternalExecutionError", "message": str(error) or repr(error)}
            self._finish(operation)

    def _finish(self, operation: Operation) -> None:
        operation.end_time = now()
        with self._store.transaction():
            assert self._finished  # noqa: S101 - as above
            self._finished(operation)
            self._save(operation)

    async def _apply_fault(self, operation: Operation) -> None:
        if operation.fault.get("operation") == "hang":
            await self._hang(operation)
        _fail_if("fail", operation)

    async def _hang(self, operation: Operation) -> None:
        later = [other for other in self.running(operation.resource_id) if other.id != operation.id]
        hang = self._hanging[operation.id] = Hang(operation)
        if any(other.verb == "DELETE" for other in later):
            self.preempt(operation.resource_id)
        try:
            await hang.released.wait()
        finally:
            del self._hanging[operation.id]
        if hang.preempted:
            message = "Operation execution has been preempted by a more recent operation."
            raise ArmError(409, "OperationPreempted", message)

    def _save(self, operation: Operation) -> None:
        resource = operation.resource_id
        self._store.save_operation(operation.id, resource, operation.status, asdict(operation))


def _fail_if(kind: str, operation: Operation) -> None:
    """Raises the error of a fault of this kind."""
    if operation.fault.get("operation") == kind:
        code = operation.fault.get("code", "InternalExecutionError")
        raise ArmError(409, code, operation.fault.get("message", "An internal execution error occurred."))
