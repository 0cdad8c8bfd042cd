"""A queue, a subscription or a dead-letter sub-queue: messages in order, locks, and what receivers say of
them.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace

from local.service_bus.broker import Broker
from local.service_bus.consumers import Consumer
from local.service_bus.content import Content
from local.service_bus.dispositions import Disposition, Outcome, dead_letter
from local.service_bus.duplicates import DuplicateDetection
from local.service_bus.errors import (
    BusError,
    invalid,
    message_lock_lost,
    message_not_found,
    session_lock_lost,
)
from local.service_bus.records import Record, State
from local.service_bus.sections import with_properties
from local.service_bus.session_locks import SessionLocks
from local.service_bus.settings import QueueSettings

_LARGEST_DELIVERY = 256
_TOKEN_BYTES = 16
_EXPIRED = dead_letter("TTLExpiredException", "The message expired and was dead lettered.")


class MessageQueue:
    """`path` is its address in lower case, `name` as it was declared. A dead-letter sub-queue has none
    itself.
    """

    def __init__(
        self, broker: Broker, name: str, settings: QueueSettings, *, is_dead_letter: bool = False
    ) -> None:
        self._broker = broker
        self.name = name
        self.path = name.lower()
        self.settings = settings
        self._duplicates = DuplicateDetection(broker, self.path, settings.duplicate_window_ms)
        self._consumers: list[Consumer] = []
        self._locked: list[Record] = []
        self.sessions = SessionLocks(broker, self.path, settings.lock_ms, self._session_ended)
        self.dead_letters: MessageQueue | None = None
        if not is_dead_letter:
            own = QueueSettings(lock_ms=settings.lock_ms, max_delivery_count=0)
            self.dead_letters = MessageQueue(broker, f"{name}/$DeadLetterQueue", own, is_dead_letter=True)

    # -- sending

    def check(self, content: Content) -> None:
        """Raises BusError if the queue cannot take the message."""
        if self.dead_letters is None:
            raise invalid(f"'{self.name}' takes no messages from senders")
        if self.settings.requires_session and content.session_id is None:
            raise invalid(
                f"The SessionId was not set on a message, and it cannot be sent to the entity '{self.name}'. "
                "Entities that have session support enabled can only receive messages with a SessionId."
            )

    def send(self, content: Content) -> int:
        """Takes a message that `check` let pass; its sequence number, 0 for a duplicate."""
        if self._duplicates.seen(content.message_id):
            return 0
        return self.put(content)

    def put(self, content: Content, ttl_ms: int | None = None, enqueued_sequence: int | None = None) -> int:
        """Without duplicate detection. A topic gives its time to live and the message's number in it."""
        if ttl_ms is not None and (content.ttl_ms is None or content.ttl_ms > ttl_ms):
            content = replace(content, ttl_ms=ttl_ms)
        now = self._broker.clock()
        sequence = self._broker.records.next_sequence(self.path)
        scheduled = content.scheduled_ms is not None and content.scheduled_ms > now
        record = Record(
            id=0,
            queue=self.path,
            sequence=sequence,
            state=State.SCHEDULED if scheduled else State.ACTIVE,
            enqueued_sequence=enqueued_sequence or sequence,
            enqueued_ms=now,
            due_ms=content.scheduled_ms if scheduled else None,
            expires_ms=None if scheduled else self._expiry(content, now),
            deliveries=0,
            lock_token=None,
            locked_until_ms=None,
            dead_letter_source=None,
            content=content,
        )
        self._broker.records.add(record)
        self._note(record)
        return sequence

    def activate(self, record: Record) -> None:
        """A scheduled message's time has come: it joins the end of the queue under a new number."""
        now = self._broker.clock()
        record.sequence = self._broker.records.next_sequence(self.path)
        record.state, record.due_ms = State.ACTIVE, None
        record.enqueued_ms, record.expires_ms = now, self._expiry(record.content, now)
        self._save(record)

    def cancel_scheduled(self, sequences: Sequence[int]) -> None:
        """Raises BusError, and cancels none, if one of them is not scheduled (any more)."""
        records = [self._in_state(sequence, State.SCHEDULED) for sequence in sequences]
        for record in records:
            self._broker.records.delete(record)
        self._broker.turn.commit_later()

    # -- receiving

    def attach(self, consumer: Consumer) -> None:
        self._consumers.append(consumer)
        self.wake()

    def remove(self, consumer: Consumer) -> None:
        """Its locks stay until they end, those of its session end with it."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
        self.sessions.release(consumer)

    def wake(self) -> None:
        """Something came or a receiver can take more."""
        self._broker.turn.pump_later(self)

    def pump(self) -> None:
        """Delivers all that can be delivered, to competing receivers in turn."""
        if self.settings.requires_session:
            self.sessions.serve(lambda: self._broker.records.ready_sessions(self.path, self._broker.clock()))
            for consumer, session_id in self.sessions.owners():
                self._deliver_session(consumer, session_id)
        else:
            self._deliver()
        self._save_locks()
        for consumer in [*self._consumers, *(owner for owner, _ in self.sessions.owners())]:
            consumer.pumped()

    def _deliver(self) -> None:
        ready: list[Record] = []
        while hungry := [consumer for consumer in self._consumers if consumer.credit > 0]:
            for consumer in hungry:
                if not ready:
                    self._save_locks()
                    wanted = min(sum(c.credit for c in hungry), _LARGEST_DELIVERY)
                    ready = self._broker.records.ready(self.path, self._broker.clock(), wanted)[::-1]
                    if not ready:
                        return
                if consumer.credit > 0:
                    self._hand_over(consumer, ready.pop())

    def _deliver_session(self, consumer: Consumer, session_id: str) -> None:
        while consumer.credit > 0:
            self._save_locks()
            limit = min(consumer.credit, _LARGEST_DELIVERY)
            ready = self._broker.records.ready_in_session(self.path, session_id, self._broker.clock(), limit)
            if not ready:
                return
            for record in ready:
                self._hand_over(consumer, record)

    def _hand_over(self, consumer: Consumer, record: Record) -> None:
        if consumer.deletes:
            self._broker.records.delete(record)
        else:
            self._lock(record)
        consumer.deliver(record)

    def _lock(self, record: Record) -> None:
        """`_save_locks` must follow before anything is read."""
        record.lock_token = os.urandom(_TOKEN_BYTES)
        if not self.settings.requires_session:
            record.locked_until_ms = self._broker.clock() + self.settings.lock_ms
            self._broker.alarm.set(record.locked_until_ms)
        self._locked.append(record)

    def _save_locks(self) -> None:
        if self._locked:
            self._broker.records.save_locks(self._locked)
            self._locked.clear()

    # -- what receivers say

    def settle(self, token: bytes, disposition: Disposition) -> None:
        """Raises BusError if the lock is lost."""
        now = self._broker.clock()
        self._broker.turn.commit_later()
        if disposition.outcome is Outcome.COMPLETE:
            if not self._broker.records.delete_locked(self.path, token, now):
                raise self._lock_lost()
            return
        record = self._broker.records.by_lock(self.path, token, now)
        if record is None:
            raise self._lock_lost()
        _SETTLEMENTS[disposition.outcome](self, record, disposition)

    def renew(self, token: bytes) -> int:
        """Until when the message is locked now. Raises BusError if the lock is lost."""
        now = self._broker.clock()
        record = self._broker.records.by_lock(self.path, token, now)
        if record is None:
            raise self._lock_lost()
        if record.locked_until_ms is None:
            raise invalid("The message belongs to a session: renew the session's lock.")
        record.locked_until_ms = now + self.settings.lock_ms
        self._broker.records.save_locks([record])
        self._broker.alarm.set(record.locked_until_ms)
        self._broker.turn.commit_later()
        return record.locked_until_ms

    def receive_deferred(self, sequences: Sequence[int], *, delete: bool) -> list[Record]:
        """Raises BusError, and locks none, if one of them is not deferred or is locked."""
        records = [self._in_state(sequence, State.DEFERRED) for sequence in sequences]
        for record in records:
            if delete:
                self._broker.records.delete(record)
            else:
                self._lock(record)
        self._save_locks()
        self._broker.turn.commit_later()
        return records

    def peek(self, sequence: int, session_id: str | None, count: int) -> list[Record]:
        """Messages in any state from this number on; nothing is locked."""
        return self._broker.records.from_sequence(
            self.path, sequence, session_id, self._broker.clock(), count
        )

    # -- what time does

    def lock_ended(self, record: Record) -> None:
        """The receiver let the lock run out: that delivery failed."""
        self._failed(record, Disposition(Outcome.ABANDON))

    def expire(self, record: Record) -> None:
        """The message's time to live is over."""
        if self.settings.dead_letter_on_expiration:
            self._dead_letter(record, _EXPIRED)
        else:
            self._broker.records.delete(record)

    def locked_until(self, record: Record) -> int | None:
        """A message of a session is locked as long as the session is."""
        if record.locked_until_ms is None and record.lock_token is not None:
            return self.sessions.locked_until(record.content.session_id or "")
        return record.locked_until_ms

    # -- the outcomes

    def _failed(self, record: Record, disposition: Disposition) -> None:
        self._set_properties(record, disposition)
        record.deliveries += 1
        most = self.settings.max_delivery_count
        if most and record.deliveries >= most:
            text = f"Message could not be consumed after {most} delivery attempts."
            self._dead_letter(record, dead_letter("MaxDeliveryCountExceeded", text))
        else:
            self._unlock(record)

    def _deferred(self, record: Record, disposition: Disposition) -> None:
        self._set_properties(record, disposition)
        record.state = State.DEFERRED
        self._unlock(record)

    def _released(self, record: Record, _: Disposition) -> None:
        self._unlock(record)

    def _dead_letter(self, record: Record, disposition: Disposition) -> None:
        if self.dead_letters is None:
            # What is in the dead-letter queue stays there until somebody completes it.
            self._unlock(record)
            return
        self._set_properties(record, disposition)
        record.dead_letter_source = self.name
        record.queue, record.state, record.expires_ms = self.dead_letters.path, State.ACTIVE, None
        record.sequence = self._broker.records.next_sequence(self.dead_letters.path)
        record.lock_token = record.locked_until_ms = None
        self._broker.records.save_delivery(record)
        self.dead_letters.wake()

    def _unlock(self, record: Record) -> None:
        record.lock_token = record.locked_until_ms = None
        self._save(record)

    def _session_ended(self, session_id: str, *, delivery_failed: bool) -> None:
        """What the session's receiver held comes again; only a lock that ran out counts as a delivery."""
        for record in self._broker.records.locked_in_session(self.path, session_id):
            if delivery_failed:
                self._failed(record, Disposition(Outcome.ABANDON))
            else:
                self._unlock(record)
        self.wake()

    def _set_properties(self, record: Record, disposition: Disposition) -> None:
        if disposition.properties:
            changed = with_properties(record.content.application_properties, disposition.properties)
            record.content = replace(record.content, application_properties=changed)
            self._broker.records.save_application_properties(record)

    def _save(self, record: Record) -> None:
        self._broker.records.save_delivery(record)
        self._note(record)

    def _note(self, record: Record) -> None:
        for moment in (record.due_ms, record.expires_ms):
            if moment is not None:
                self._broker.alarm.set(moment)
        self.wake()

    def _expiry(self, content: Content, now: int) -> int | None:
        """The shorter of the message's and the queue's time to live counts."""
        lives = [t for t in (content.ttl_ms, self.settings.time_to_live_ms) if t is not None]
        return now + min(lives) if lives else None

    def _in_state(self, sequence: int, state: State) -> Record:
        record = self._broker.records.by_sequence(self.path, sequence)
        if record is None or record.state != state or record.lock_token is not None:
            raise message_not_found(sequence)
        return record

    def _lock_lost(self) -> BusError:
        return session_lock_lost("") if self.settings.requires_session else message_lock_lost()


_SETTLEMENTS: dict[Outcome, Callable[[MessageQueue, Record, Disposition], None]] = {
    Outcome.ABANDON: MessageQueue._failed,
    Outcome.DEFER: MessageQueue._deferred,
    Outcome.DEAD_LETTER: MessageQueue._dead_letter,
    Outcome.RELEASE: MessageQueue._released,
}
