"""The bus's SQLite file: entities, rules, messages, session states and the ids of duplicates.

One connection, used on the event loop's thread alone. A transaction begins with the first change after a
commit; `Turn` commits. WAL with synchronous=NORMAL: a killed process loses nothing that was committed.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from local.service_bus.errors import ConfigError
from local.stored_layout import OtherLayoutError, make_tables

Value = str | int | bytes | None
Row = tuple[Value, ...]

_LAYOUT = 1  # to be raised with every change of the tables
_TABLES = """
CREATE TABLE IF NOT EXISTS entities(
  path TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, settings TEXT NOT NULL,
  declared TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rules(
  subscription TEXT NOT NULL, name TEXT NOT NULL, rule TEXT NOT NULL, PRIMARY KEY(subscription, name))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sequences(queue TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS messages(
  id INTEGER PRIMARY KEY, queue TEXT NOT NULL, sequence INTEGER NOT NULL, state INTEGER NOT NULL,
  enqueued_sequence INTEGER NOT NULL, enqueued_ms INTEGER NOT NULL, due_ms INTEGER, expires_ms INTEGER,
  deliveries INTEGER NOT NULL, lock_token BLOB, locked_until_ms INTEGER, dead_letter_source TEXT,
  session_id TEXT, message_id TEXT, ttl_ms INTEGER, annotations BLOB NOT NULL, properties BLOB NOT NULL,
  application_properties BLOB NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_sequence ON messages(queue, sequence);
CREATE INDEX IF NOT EXISTS messages_ready ON messages(queue, sequence) WHERE state = 0 AND lock_token IS NULL;
CREATE INDEX IF NOT EXISTS messages_ready_in_session ON messages(queue, session_id, sequence)
  WHERE state = 0 AND lock_token IS NULL AND session_id IS NOT NULL;
CREATE UNIQUE INDEX IF NOT EXISTS messages_by_lock ON messages(lock_token) WHERE lock_token IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_by_lock_end ON messages(locked_until_ms)
  WHERE locked_until_ms IS NOT NULL;
CREATE INDEX IF NOT EXISTS messages_by_due ON messages(due_ms) WHERE state = 2;
CREATE INDEX IF NOT EXISTS messages_by_expiry ON messages(expires_ms)
  WHERE expires_ms IS NOT NULL AND state = 0 AND lock_token IS NULL;
CREATE TABLE IF NOT EXISTS sessions(
  queue TEXT NOT NULL, session_id TEXT NOT NULL, state BLOB NOT NULL, updated_ms INTEGER NOT NULL,
  PRIMARY KEY(queue, session_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message_ids(
  queue TEXT NOT NULL, message_id TEXT NOT NULL, until_ms INTEGER NOT NULL, PRIMARY KEY(queue, message_id))
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS message_ids_by_end ON message_ids(until_ms);
"""


class Database:
    """Raises ConfigError if another process has the folder, or another version wrote it."""

    def __init__(self, folder: Path) -> None:
        # Messages may hold secrets of whoever sends them.
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = _only_one(folder / "service_bus.lock")
        path = folder / "service_bus.sqlite"
        self._db = sqlite3.connect(path, isolation_level=None)
        # Nobody else has the folder: no lock of the file need be asked for with every statement.
        self._db.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._make_tables(path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def read(self, sql: str, *values: Value) -> list[Row]:
        return self._db.execute(sql, values).fetchall()

    def write(self, sql: str, *values: Value) -> int:
        """How many rows it changed."""
        return self._begun().execute(sql, values).rowcount

    def write_returning(self, sql: str, *values: Value) -> list[Row]:
        """The rows of a RETURNING clause."""
        return self._begun().execute(sql, values).fetchall()

    def write_many(self, sql: str, rows: Iterable[tuple[Value, ...]]) -> None:
        self._begun().executemany(sql, rows)

    def commit(self) -> None:
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def close(self) -> None:
        """What is not committed is forgotten, as if the process had been killed."""
        self._db.close()
        os.close(self._lock)

    def _make_tables(self, path: Path) -> None:
        try:
            make_tables(self._db, path, _TABLES, _LAYOUT)
        except OtherLayoutError as error:
            self.close()
            raise ConfigError(str(error)) from error

    def _begun(self) -> sqlite3.Connection:
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        return self._db


def _only_one(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise ConfigError(f"{path.parent} is in use by another service bus") from error
    return descriptor
