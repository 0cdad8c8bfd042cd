"""Messages waiting for orchestration instances and entities: stored, and queued here by receiver."""

import time
from collections.abc import Callable
from functools import partial
from typing import Generic, NamedTuple, Protocol, TypeVar

from .history import Event, Recorded, compact, record
from .store import Store, UnitOfWork
from .timers import DueQueue


class _Numbered(Protocol):
    @property
    def seq(self) -> int: ...


M = TypeVar("M", bound=_Numbered)


class OrchestratorMessage(NamedTuple):
    """An event for an instance. With an `execution_id` it is for that execution alone and dropped by any
    later one.
    """

    seq: int
    execution_id: str | None
    event: Recorded


class EntityMessage(NamedTuple):
    """A request for an entity: `{"op", "id", "input"?, "signal"?, "parent"?, "parentExecution"?}`."""

    seq: int
    body: Event


class Mailboxes(Generic[M]):
    """Per receiver, what has been delivered and not yet been dealt with, in order of arrival."""

    def __init__(self, due: DueQueue, wake: Callable[[str], None]) -> None:
        self._due = due
        self._wake = wake
        self._boxes: dict[str, list[M]] = {}

    def deliver(self, receiver: str, message: M, due: float = 0.0) -> None:
        """Hands a message over at `due` (seconds since the epoch) or at once."""
        if due > time.time():
            self._due.at(due, partial(self.deliver, receiver, message))
            return
        self._boxes.setdefault(receiver, []).append(message)
        self._wake(receiver)

    def waiting(self, receiver: str) -> list[M]:
        return list(self._boxes.get(receiver, ()))

    def remove(self, receiver: str, seqs: set[int]) -> None:
        left = [m for m in self._boxes.get(receiver, ()) if m.seq not in seqs]
        if left:
            self._boxes[receiver] = left
        else:
            self._boxes.pop(receiver, None)


class Post:
    """Sends messages as part of a unit of work: stored with it, delivered after its commit."""

    def __init__(
        self,
        store: Store,
        orchestrators: Mailboxes[OrchestratorMessage],
        entities: Mailboxes[EntityMessage],
    ) -> None:
        self._store = store
        self._orchestrators = orchestrators
        self._entities = entities

    def to_instance(
        self,
        unit: UnitOfWork,
        instance_id: str,
        event: Event,
        execution_id: str | None = None,
        due: float = 0.0,
    ) -> None:
        message = OrchestratorMessage(next(self._store.inbox_ids), execution_id, record(event))
        text = "{" + message.event.text
        unit.execute("INSERT INTO inbox VALUES(?,?,?,?,?)", message.seq, instance_id, execution_id, due, text)
        unit.then(partial(self._orchestrators.deliver, instance_id, message, due))

    def to_entity(self, unit: UnitOfWork, entity_id: str, body: Event, due: float = 0.0) -> None:
        message = EntityMessage(next(self._store.entity_inbox_ids), body)
        unit.execute("INSERT INTO entity_inbox VALUES(?,?,?,?)", message.seq, entity_id, due, compact(body))
        unit.then(partial(self._entities.deliver, entity_id, message, due))
