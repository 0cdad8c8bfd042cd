"""Sessions of one queue: who has which, until when, who waits for one, and the state kept with each.

A lock belongs to a link and ends with it; the state is stored.
Source: "Message sessions" of Microsoft's documentation.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, cast

from local.service_bus.broker import Broker
from local.service_bus.consumers import Consumer, SessionCandidate
from local.service_bus.errors import session_cannot_be_locked, session_lock_lost, timed_out


class SessionEnded(Protocol):
    def __call__(self, session_id: str, *, delivery_failed: bool) -> None: ...


@dataclass
class _Lock:
    owner: Consumer
    until_ms: int


class SessionLocks:
    """`ended` is told when a session has no receiver any more."""

    def __init__(self, broker: Broker, path: str, lock_ms: int, ended: SessionEnded) -> None:
        self._broker = broker
        self._path = path
        self._lock_ms = lock_ms
        self._ended = ended
        self._locks: dict[str, _Lock] = {}
        self._waiting: dict[SessionCandidate, int] = {}

    def owners(self) -> Iterator[tuple[Consumer, str]]:
        yield from [(lock.owner, session_id) for session_id, lock in self._locks.items()]

    def take(self, candidate: SessionCandidate, session_id: str) -> None:
        """Gives the candidate this session. Raises BusError if another receiver has it."""
        if session_id in self._locks:
            raise session_cannot_be_locked(session_id)
        until = self._broker.clock() + self._lock_ms
        self._locks[session_id] = _Lock(candidate.accept(session_id, until), until)
        self._broker.alarm.set(until)

    def wait(self, candidate: SessionCandidate, wait_ms: int) -> None:
        """The candidate gets the next session with messages, or is refused after so long."""
        until = self._broker.clock() + wait_ms
        self._waiting[candidate] = until
        self._broker.alarm.set(until)

    def leave(self, candidate: SessionCandidate) -> None:
        self._waiting.pop(candidate, None)

    def serve(self, ready_sessions: Callable[[], list[str]]) -> None:
        """Gives sessions that have messages and no receiver to those who wait, first come first served."""
        if not self._waiting:
            return
        free = [session_id for session_id in ready_sessions() if session_id not in self._locks]
        for candidate, session_id in zip(list(self._waiting), free, strict=False):
            del self._waiting[candidate]
            self.take(candidate, session_id)

    def release(self, consumer: Consumer) -> None:
        """The link is gone."""
        for session_id in [s for s, lock in self._locks.items() if lock.owner is consumer]:
            del self._locks[session_id]
            self._ended(session_id, delivery_failed=False)

    def locked_until(self, session_id: str) -> int | None:
        lock = self._locks.get(session_id)
        return lock.until_ms if lock else None

    def renew(self, session_id: str, link_name: str | None) -> int:
        """Until when the session is locked now. Raises BusError if this link does not have it."""
        lock = self._held(session_id, link_name)
        lock.until_ms = self._broker.clock() + self._lock_ms
        return lock.until_ms

    def state(self, session_id: str, link_name: str | None) -> bytes | None:
        self._held(session_id, link_name)
        rows = self._broker.database.read(
            "SELECT state FROM sessions WHERE queue = ? AND session_id = ?", self._path, session_id
        )
        return cast("bytes", rows[0][0]) if rows else None

    def set_state(self, session_id: str, link_name: str | None, state: bytes | None) -> None:
        """None removes it."""
        self._held(session_id, link_name)
        self._broker.turn.commit_later()
        if state is None:
            self._broker.database.write(
                "DELETE FROM sessions WHERE queue = ? AND session_id = ?", self._path, session_id
            )
            return
        self._broker.database.write(
            "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?)",
            self._path,
            session_id,
            state,
            self._broker.clock(),
        )

    def listed(self, updated_after_ms: int | None, skip: int, top: int) -> list[str]:
        """Sessions with messages or a state; with a time, those whose state was set after it."""
        rows = self._broker.database.read(
            "SELECT session_id FROM sessions WHERE queue = ?1 AND (?2 IS NULL OR updated_ms > ?2)"
            " UNION SELECT session_id FROM messages"
            "  WHERE queue = ?1 AND ?2 IS NULL AND state = 0 AND session_id IS NOT NULL"
            " ORDER BY session_id LIMIT ?3 OFFSET ?4",
            self._path,
            updated_after_ms,
            top,
            skip,
        )
        return [cast("str", row[0]) for row in rows]

    def tick(self) -> int | None:
        """Ends what has run out; when the next lock or wait does."""
        now = self._broker.clock()
        for candidate in [c for c, until in self._waiting.items() if until <= now]:
            del self._waiting[candidate]
            candidate.refuse(timed_out())
        for session_id in [s for s, lock in self._locks.items() if lock.until_ms <= now]:
            lock = self._locks.pop(session_id)
            lock.owner.detach(session_lock_lost(session_id))
            self._ended(session_id, delivery_failed=True)
        return min([*self._waiting.values(), *(lock.until_ms for lock in self._locks.values())], default=None)

    def _held(self, session_id: str, link_name: str | None) -> _Lock:
        lock = self._locks.get(session_id)
        if lock is None or (link_name is not None and lock.owner.name != link_name):
            raise session_lock_lost(session_id)
        return lock
