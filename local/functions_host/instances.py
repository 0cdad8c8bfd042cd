"""Orchestration instances: their row, their history, and a cache of those that are running."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from sqlite3 import Connection
from typing import cast

from . import traces
from .history import Recorded, compact, compact_event, from_text
from .settings import Json
from .store import Store, UnitOfWork
from .traces import Trace


class Status(StrEnum):
    """OrchestrationRuntimeStatus."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUSPENDED = "Suspended"
    COMPLETED = "Completed"
    FAILED = "Failed"
    TERMINATED = "Terminated"
    CANCELED = "Canceled"

    @property
    def is_terminal(self) -> bool:
        return self in _TERMINAL


_TERMINAL = frozenset({Status.COMPLETED, Status.FAILED, Status.TERMINATED, Status.CANCELED})
TERMINAL_SQL = ",".join(f"'{status}'" for status in sorted(_TERMINAL))
_COLUMNS = "id,name,version,status,execution_id,input,output,custom_status,created,updated,parent,trace"


@dataclass(frozen=True)
class Parent:
    """Who started a sub-orchestration and which of its tasks waits for the result."""

    instance_id: str
    execution_id: str
    task_id: int
    name: str


@dataclass(frozen=True)
class Instance:
    """One orchestration instance. `input`, `output` and `custom_status` are JSON text; times in epoch
    seconds. `trace` is that of the call that started it.
    """

    id: str
    name: str
    version: str | None
    status: Status
    execution_id: str
    input: str | None
    output: str | None
    custom_status: str | None
    created: float
    updated: float
    parent: Parent | None
    trace: Trace | None = None
    turns: int = 0
    history: list[Recorded] = field(default_factory=list)


class Instances:
    """Loads and saves instances. Only what a commit made durable is ever in the cache."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cache: dict[str, Instance] = {}

    def load(self, instance_id: str) -> Instance | None:
        cached = self._cache.get(instance_id)
        if cached is not None:
            return cached
        found = self._store.read(partial(_read, instance_id))
        if found is None:
            return None
        if not found.status.is_terminal:
            self._cache[instance_id] = found
        return found

    def select(self, where: str, values: Iterable[str | float | int], limit: int) -> list[Instance]:
        """Instances in order of id, without history."""
        rows = self._store.rows(
            f"SELECT {_COLUMNS} FROM instances WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608 - fixed clauses
            *values,
            limit,
        )
        return [_from_row(row) for row in rows]

    def insert(self, unit: UnitOfWork, instance: Instance) -> None:
        """A new instance; replaces whatever had its id."""
        for table in ("history", "inbox", "work"):
            unit.execute(f"DELETE FROM {table} WHERE instance_id=?", instance.id)  # noqa: S608 - fixed names
        unit.execute("INSERT OR REPLACE INTO instances VALUES(?,?,?,?,?,?,?,?,?,?,?,?)", *_to_row(instance))
        unit.then(partial(self._cache.__setitem__, instance.id, instance))

    def save(self, unit: UnitOfWork, changed: Instance, new_events: list[Recorded]) -> None:
        """The row as it is now and one more turn of history."""
        unit.execute(
            "UPDATE instances SET status=?,execution_id=?,input=?,output=?,custom_status=?,updated=?"
            " WHERE id=?",
            *(changed.status, changed.execution_id, changed.input, changed.output),
            *(changed.custom_status, changed.updated, changed.id),
        )
        if new_events:
            texts = compact_event([event.text for event in new_events])
            unit.execute("INSERT INTO history VALUES(?,?,?)", changed.id, changed.turns, texts)
        unit.then(partial(self._remember, changed, new_events))

    def replace_history(self, unit: UnitOfWork, changed: Instance, events: list[Recorded]) -> None:
        """The row as it is now, and `events` as its whole history; `changed.history` must be empty and its
        own.
        """
        unit.execute("DELETE FROM history WHERE instance_id=?", changed.id)
        self.save(unit, changed, events)

    def forget(self, instance_id: str) -> None:
        self._cache.pop(instance_id, None)

    def _remember(self, changed: Instance, new_events: list[Recorded]) -> None:
        changed.history.extend(new_events)
        if changed.status.is_terminal:
            self._cache.pop(changed.id, None)
        else:
            self._cache[changed.id] = changed


def _read(instance_id: str, db: Connection) -> Instance | None:
    row = db.execute(f"SELECT {_COLUMNS} FROM instances WHERE id=?", (instance_id,)).fetchone()  # noqa: S608
    if row is None:
        return None
    turns = db.execute(
        "SELECT turn, events FROM history WHERE instance_id=? ORDER BY turn", (instance_id,)
    ).fetchall()
    history = [from_text(text) for _, events in turns for text in json.loads(events)]
    return _from_row(row, turns[-1][0] if turns else 0, history)


def _from_row(row: tuple[object, ...], turns: int = 0, history: list[Recorded] | None = None) -> Instance:
    values = cast("list[str]", list(row))
    parent = cast("Mapping[str, Json] | None", json.loads(values[10]) if values[10] else None)
    return Instance(
        *(values[0], values[1], values[2], Status(values[3])),
        *(values[4], values[5], values[6], values[7]),
        cast("float", row[8]),
        cast("float", row[9]),
        Parent(**cast("dict[str, str | int]", parent)) if parent else None,  # type: ignore[arg-type]
        traces.from_text(values[11]),
        turns,
        history if history is not None else [],
    )


def _to_row(i: Instance) -> tuple[str | float | None, ...]:
    parent = compact(cast("Json", vars(i.parent))) if i.parent else None
    text = (i.id, i.name, i.version, i.status.value, i.execution_id, i.input, i.output, i.custom_status)
    return (*text, i.created, i.updated, parent, traces.to_text(i.trace))
