"""The task hub's SQLite file, written by the event loop itself.

All units of work that one pass of the event loop submits are one transaction (group commit), so a thousand
concurrent turns cost some fifty commits. A unit is applied wholly or not at all. A thread of its own would
fight the loop for the interpreter at each of its statements, which take microseconds.
WAL with synchronous=NORMAL: a killed process loses nothing that was committed; a power cut may lose the last
commits but leaves the file consistent.
"""

import asyncio
import fcntl
import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from local.stored_layout import OtherLayoutError, make_tables

from .errors import HostError

T = TypeVar("T")
SqlValue = str | int | float | bytes | None

_LAYOUT = 1  # to be raised with every change of the tables
_SCHEMA = """
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT, status TEXT NOT NULL, execution_id TEXT NOT NULL,
  input TEXT, output TEXT, custom_status TEXT, created REAL NOT NULL, updated REAL NOT NULL, parent TEXT,
  trace TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS instances_by_status ON instances(status, created);
CREATE TABLE IF NOT EXISTS history(
  instance_id TEXT, turn INTEGER, events TEXT NOT NULL, PRIMARY KEY(instance_id, turn)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS inbox(
  seq INTEGER PRIMARY KEY, instance_id TEXT NOT NULL, execution_id TEXT, due REAL NOT NULL,
  event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS inbox_by_instance ON inbox(instance_id);
CREATE TABLE IF NOT EXISTS work(
  seq INTEGER PRIMARY KEY, instance_id TEXT NOT NULL, execution_id TEXT NOT NULL, task_id INTEGER NOT NULL,
  name TEXT NOT NULL, input TEXT);
CREATE INDEX IF NOT EXISTS work_by_instance ON work(instance_id);
CREATE TABLE IF NOT EXISTS entities(id TEXT PRIMARY KEY, state TEXT, updated REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entity_inbox(
  seq INTEGER PRIMARY KEY, entity_id TEXT NOT NULL, due REAL NOT NULL, message TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS timers(
  name TEXT PRIMARY KEY, last REAL, next REAL, updated REAL NOT NULL) WITHOUT ROWID;
"""


@dataclass
class UnitOfWork:
    """Statements that are applied together, and what to do in memory once they are durable."""

    statements: list[tuple[str, tuple[SqlValue, ...]]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def execute(self, sql: str, *values: SqlValue) -> None:
        self.statements.append((sql, values))

    def then(self, action: Callable[[], None]) -> None:
        self.after_commit.append(action)


class Store:
    """The store of one task hub under one data folder, held by one process at a time.

    Raises HostError for a folder that another process holds, or that another version wrote.
    """

    def __init__(self, data_dir: Path, hub_name: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_folder(data_dir)
        path = data_dir / f"{hub_name}.db"
        self._db = sqlite3.connect(path, isolation_level=None)
        self._make_tables(path)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._group: list[tuple[UnitOfWork, asyncio.Future[None]]] = []
        self.inbox_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM inbox")
        self.work_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM work")
        self.entity_inbox_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM entity_inbox")

    def _make_tables(self, path: Path) -> None:
        try:
            make_tables(self._db, path, _SCHEMA, _LAYOUT)
        except OtherLayoutError as error:
            self._db.close()
            os.close(self._lock)
            raise HostError(str(error)) from error

    def _ids_after(self, sql: str) -> Iterator[int]:
        return itertools.count(self._db.execute(sql).fetchone()[0] + 1)

    async def commit(self, unit: UnitOfWork) -> None:
        """Returns once the unit is durable. Raises sqlite3.Error if it cannot be applied."""
        loop = asyncio.get_running_loop()
        if not self._group:
            loop.call_soon(self._commit_group)
        future: asyncio.Future[None] = loop.create_future()
        self._group.append((unit, future))
        await future

    def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `query`, which sees everything that was submitted before it."""
        self._commit_group()
        return query(self._db)

    def rows(self, sql: str, *values: SqlValue) -> list[tuple[SqlValue, ...]]:
        return self.read(lambda db: db.execute(sql, values).fetchall())

    def close(self) -> None:
        """Commits what was submitted, then lets the folder go."""
        self._commit_group()
        self._db.close()
        os.close(self._lock)

    def _commit_group(self) -> None:
        group, self._group = self._group, []
        if group:
            self._settle(group)

    def _settle(self, group: list[tuple[UnitOfWork, asyncio.Future[None]]]) -> None:
        try:
            self._transact([unit for unit, _ in group])
        except (sqlite3.Error, UnicodeError, OverflowError) as error:
            self._settle_alone(group, error)
            return
        for unit, future in group:
            for action in unit.after_commit:
                action()
            if not future.done():
                future.set_result(None)

    def _settle_alone(self, group: list[tuple[UnitOfWork, asyncio.Future[None]]], error: Exception) -> None:
        """A unit that cannot be applied must not take down those it happened to be grouped with."""
        if len(group) > 1:
            for one in group:
                self._settle([one])
        elif not group[0][1].done():
            group[0][1].set_exception(error)

    def _transact(self, units: list[UnitOfWork]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for unit in units:
                for sql, values in unit.statements:
                    self._db.execute(sql, values)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise


def _lock_folder(data_dir: Path) -> int:
    """One host per data folder: the kernel drops the lock when the process ends, however it ends."""
    descriptor = os.open(data_dir / "host.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode().strip()
        os.close(descriptor)
        raise HostError(
            f"{data_dir} is in use by another functions host (process {owner or 'unknown'})"
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor
