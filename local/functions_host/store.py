"""The task hub's SQLite file and its one writer thread.

Every unit of work submitted while a commit is under way joins the next transaction (group commit), so a
thousand concurrent turns cost a few commits instead of a thousand. A unit is applied wholly or not at all.
WAL with synchronous=NORMAL: a killed process loses nothing that was committed; a power cut may lose the last
commits but leaves the file consistent.
"""

import asyncio
import fcntl
import itertools
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar, cast

from .errors import HostError

T = TypeVar("T")
SqlValue = str | int | float | bytes | None

_SCHEMA = """
CREATE TABLE IF NOT EXISTS instances(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT, status TEXT NOT NULL, execution_id TEXT NOT NULL,
  input TEXT, output TEXT, custom_status TEXT, created REAL NOT NULL, updated REAL NOT NULL, parent TEXT
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
_LARGEST_GROUP = 500


@dataclass
class UnitOfWork:
    """Statements that are applied together, and what to do in memory once they are durable."""

    statements: list[tuple[str, tuple[SqlValue, ...]]] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def execute(self, sql: str, *values: SqlValue) -> None:
        self.statements.append((sql, values))

    def then(self, action: Callable[[], None]) -> None:
        self.after_commit.append(action)


@dataclass(frozen=True)
class _Job:
    work: Callable[[sqlite3.Connection], object]
    done: Callable[[object, BaseException | None], None]


class Store:
    """The store of one task hub under one data folder, held by one process at a time."""

    def __init__(self, data_dir: Path, hub_name: str) -> None:
        data_dir.mkdir(parents=True, exist_ok=True)
        self._lock = _lock_folder(data_dir)
        self._db = sqlite3.connect(data_dir / f"{hub_name}.db", check_same_thread=False, isolation_level=None)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "temp_store=MEMORY",
            "wal_autocheckpoint=4000",
        ):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="store", daemon=True)
        self._thread.start()
        self.inbox_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM inbox")
        self.work_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM work")
        self.entity_inbox_ids = self._ids_after("SELECT COALESCE(MAX(seq), 0) FROM entity_inbox")

    def _ids_after(self, sql: str) -> Iterator[int]:
        return itertools.count(self._db.execute(sql).fetchone()[0] + 1)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Runs `work` in the next transaction; returns its result once that is committed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def done(result: object, error: BaseException | None) -> None:
            loop.call_soon_threadsafe(_settle, future, result, error)

        self._jobs.put(_Job(work, done))
        return await future

    async def commit(self, unit: UnitOfWork) -> None:
        def apply(db: sqlite3.Connection) -> None:
            for sql, values in unit.statements:
                db.execute(sql, values)

        await self.run(apply)
        for action in unit.after_commit:
            action()

    async def rows(self, sql: str, *values: SqlValue) -> list[tuple[SqlValue, ...]]:
        return await self.run(lambda db: db.execute(sql, values).fetchall())

    def close(self) -> None:
        """Waits for what was submitted, then lets the folder go."""
        self._jobs.put(None)
        self._thread.join()
        self._db.close()
        os.close(self._lock)

    def _write(self) -> None:
        while (first := self._jobs.get()) is not None:
            group, ended = self._collect(first)
            outcomes = self._transact(group)
            for job, (result, error) in zip(group, outcomes, strict=True):
                job.done(result, error)
            if ended:
                return

    def _collect(self, first: _Job) -> tuple[list[_Job], bool]:
        group = [first]
        while len(group) < _LARGEST_GROUP:
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                break
            if job is None:
                return group, True
            group.append(job)
        return group, False

    def _transact(self, group: list[_Job]) -> list[tuple[object, BaseException | None]]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            outcomes = [self._apply(job) for job in group]
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            return [(None, error)] * len(group)
        return outcomes

    def _apply(self, job: _Job) -> tuple[object, BaseException | None]:
        self._db.execute("SAVEPOINT unit")
        try:
            result: object = job.work(self._db)
        except Exception as error:  # noqa: BLE001 - handed to whoever submitted the unit
            self._db.execute("ROLLBACK TO unit")
            return None, error
        finally:
            self._db.execute("RELEASE unit")
        return result, None


def _settle(future: "asyncio.Future[T]", result: object, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(cast("T", result))


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
