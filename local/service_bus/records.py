"""A stored message, and the table of them: every statement on messages is here."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import cast

from local.service_bus.content import Content
from local.service_bus.database import Database, Row, Value
from local.service_bus.sequences import Sequences


class State(IntEnum):
    """As in the annotation x-opt-message-state."""

    ACTIVE = 0
    DEFERRED = 1
    SCHEDULED = 2


@dataclass(slots=True)
class Record:
    """One message in one queue. Times are milliseconds since the epoch.

    A message of a session is locked without an end of its own: its lock is the session's.
    """

    id: int
    queue: str
    sequence: int
    state: int
    enqueued_sequence: int
    enqueued_ms: int
    due_ms: int | None
    expires_ms: int | None
    deliveries: int
    lock_token: bytes | None
    locked_until_ms: int | None
    dead_letter_source: str | None
    content: Content


_COLUMNS = (
    "queue, sequence, state, enqueued_sequence, enqueued_ms, due_ms, expires_ms, deliveries, lock_token,"
    " locked_until_ms, dead_letter_source, annotations, properties, application_properties, body, message_id,"
    " session_id, ttl_ms"
)
_FIRST_OF_CONTENT = 12
_SELECT = f"SELECT id, {_COLUMNS} FROM messages"  # noqa: S608 - of constants
_INSERT = f"INSERT INTO messages({_COLUMNS}) VALUES ({', '.join('?' * 18)})"  # noqa: S608 - of constants
_READY = "state = 0 AND lock_token IS NULL AND (expires_ms IS NULL OR expires_ms > ?)"


class Records:
    """Messages of all queues."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._sequences = Sequences(database)

    def next_sequence(self, queue: str) -> int:
        """Never given twice, over restarts too."""
        return self._sequences.next(queue)

    def add(self, record: Record) -> None:
        """`record.id` is not used."""
        content = record.content
        self._db.write(
            _INSERT,
            *_delivery_columns(record),
            content.annotations,
            content.properties,
            content.application_properties,
            content.body,
            content.message_id,
            content.session_id,
            content.ttl_ms,
        )

    def ready(self, queue: str, now: int, limit: int) -> list[Record]:
        """What can be delivered, oldest first."""
        return self._select(f"WHERE queue = ? AND {_READY} ORDER BY sequence LIMIT ?", queue, now, limit)

    def ready_in_session(self, queue: str, session_id: str, now: int, limit: int) -> list[Record]:
        return self._select(
            f"WHERE queue = ? AND session_id = ? AND {_READY} ORDER BY sequence LIMIT ?",
            queue,
            session_id,
            now,
            limit,
        )

    def ready_sessions(self, queue: str, now: int) -> list[str]:
        """Sessions with something to deliver, the one that waits longest first."""
        rows = self._db.read(
            "SELECT session_id FROM messages WHERE queue = ? AND session_id IS NOT NULL AND"  # noqa: S608
            f" {_READY} GROUP BY session_id ORDER BY MIN(sequence)",
            queue,
            now,
        )
        return [cast("str", row[0]) for row in rows]

    def by_lock(self, queue: str, token: bytes, now: int) -> Record | None:
        """The message that this lock still holds."""
        found = self._select(
            "WHERE lock_token = ? AND queue = ? AND (locked_until_ms IS NULL OR locked_until_ms > ?)",
            token,
            queue,
            now,
        )
        return found[0] if found else None

    def delete_locked(self, queue: str, token: bytes, now: int) -> bool:
        """Whether the lock still held a message."""
        return bool(
            self._db.write(
                "DELETE FROM messages WHERE lock_token = ? AND queue = ?"
                " AND (locked_until_ms IS NULL OR locked_until_ms > ?)",
                token,
                queue,
                now,
            )
        )

    def by_sequence(self, queue: str, sequence: int) -> Record | None:
        found = self._select("WHERE queue = ? AND sequence = ?", queue, sequence)
        return found[0] if found else None

    def from_sequence(
        self, queue: str, sequence: int, session_id: str | None, now: int, limit: int
    ) -> list[Record]:
        """What peeking shows: everything that has not expired."""
        return self._select(
            "WHERE queue = ? AND sequence >= ? AND (? IS NULL OR session_id = ?)"
            " AND (expires_ms IS NULL OR expires_ms > ? OR state != 0) ORDER BY sequence LIMIT ?",
            queue,
            sequence,
            session_id,
            session_id,
            now,
            limit,
        )

    def locked_in_session(self, queue: str, session_id: str) -> list[Record]:
        return self._select(
            "WHERE queue = ? AND session_id = ? AND lock_token IS NOT NULL ORDER BY sequence",
            queue,
            session_id,
        )

    def locks_ended(self, now: int, limit: int) -> list[Record]:
        return self._select("WHERE locked_until_ms <= ? ORDER BY locked_until_ms LIMIT ?", now, limit)

    def expired(self, now: int, limit: int) -> list[Record]:
        return self._select(
            "WHERE expires_ms <= ? AND expires_ms IS NOT NULL AND state = 0 AND lock_token IS NULL LIMIT ?",
            now,
            limit,
        )

    def due(self, now: int, limit: int) -> list[Record]:
        return self._select("WHERE state = 2 AND due_ms <= ? ORDER BY due_ms, id LIMIT ?", now, limit)

    def next_due(self) -> int | None:
        """When the next lock, schedule or time to live ends."""
        [row] = self._db.read(
            "SELECT (SELECT MIN(locked_until_ms) FROM messages WHERE locked_until_ms IS NOT NULL),"
            " (SELECT MIN(due_ms) FROM messages WHERE state = 2),"
            " (SELECT MIN(expires_ms) FROM messages"
            "  WHERE expires_ms IS NOT NULL AND state = 0 AND lock_token IS NULL)"
        )
        return min((cast("int", value) for value in row if value is not None), default=None)

    def save_delivery(self, record: Record) -> None:
        """Everything but the content."""
        self._db.write(
            "UPDATE messages SET queue = ?, sequence = ?, state = ?, enqueued_sequence = ?, enqueued_ms = ?,"
            " due_ms = ?, expires_ms = ?, deliveries = ?, lock_token = ?, locked_until_ms = ?,"
            " dead_letter_source = ? WHERE id = ?",
            *_delivery_columns(record),
            record.id,
        )

    def save_locks(self, records: Iterable[Record]) -> None:
        self._db.write_many(
            "UPDATE messages SET lock_token = ?, locked_until_ms = ? WHERE id = ?",
            ((record.lock_token, record.locked_until_ms, record.id) for record in records),
        )

    def save_application_properties(self, record: Record) -> None:
        self._db.write(
            "UPDATE messages SET application_properties = ? WHERE id = ?",
            record.content.application_properties,
            record.id,
        )

    def delete(self, record: Record) -> None:
        self._db.write("DELETE FROM messages WHERE id = ?", record.id)

    def release_session_locks(self) -> None:
        """At a start: no receiver has any session."""
        self._db.write(
            "UPDATE messages SET lock_token = NULL WHERE lock_token IS NOT NULL AND locked_until_ms IS NULL"
        )

    def _select(self, where: str, *values: Value) -> list[Record]:
        return [_record(row) for row in self._db.read(f"{_SELECT} {where}", *values)]


def _delivery_columns(record: Record) -> tuple[Value, ...]:
    return (
        record.queue,
        record.sequence,
        record.state,
        record.enqueued_sequence,
        record.enqueued_ms,
        record.due_ms,
        record.expires_ms,
        record.deliveries,
        record.lock_token,
        record.locked_until_ms,
        record.dead_letter_source,
    )


def _record(row: Row) -> Record:
    content = Content(*row[_FIRST_OF_CONTENT:])  # type: ignore[arg-type]  # the columns' own types
    return Record(*row[:_FIRST_OF_CONTENT], content)  # type: ignore[arg-type, call-arg]
