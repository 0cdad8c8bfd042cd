"""A topic: every message goes to each subscription one of whose rules lets it through."""

from collections.abc import Sequence

from local.service_bus.broker import Broker
from local.service_bus.content import Content
from local.service_bus.duplicates import DuplicateDetection
from local.service_bus.errors import message_not_found
from local.service_bus.filters.message_view import MessageView
from local.service_bus.records import Record, State
from local.service_bus.settings import TopicSettings
from local.service_bus.subscription import Subscription


class Topic:
    """Scheduled messages wait in the topic and are handed out when they are due."""

    def __init__(self, broker: Broker, name: str, settings: TopicSettings) -> None:
        self._broker = broker
        self.name = name
        self.path = name.lower()
        self.settings = settings
        self.subscriptions: dict[str, Subscription] = {}
        self._duplicates = DuplicateDetection(broker, self.path, settings.duplicate_window_ms)

    def check(self, content: Content) -> None:
        """Raises BusError if a subscription cannot take the message."""
        view = MessageView(content)
        for subscription in self.subscriptions.values():
            if any(rule.filter.matches(view) for rule in subscription.rules.values()):
                subscription.queue.check(content)

    def send(self, content: Content) -> int:
        """Takes a message that `check` let pass; its sequence number in the topic, 0 for a duplicate."""
        if self._duplicates.seen(content.message_id):
            return 0
        now = self._broker.clock()
        sequence = self._broker.records.next_sequence(self.path)
        if content.scheduled_ms is not None and content.scheduled_ms > now:
            self._schedule(content, sequence, now)
        else:
            self._publish(content, sequence)
        self._broker.turn.commit_later()
        return sequence

    def activate(self, record: Record) -> None:
        """A scheduled message's time has come."""
        self._broker.records.delete(record)
        self._publish(record.content, record.sequence)

    def cancel_scheduled(self, sequences: Sequence[int]) -> None:
        """Raises BusError, and cancels none, if one of them is not scheduled (any more)."""
        records = [self._scheduled(sequence) for sequence in sequences]
        for record in records:
            self._broker.records.delete(record)
        self._broker.turn.commit_later()

    def _publish(self, content: Content, sequence: int) -> None:
        for subscription in self.subscriptions.values():
            for copy in subscription.copies(content):
                subscription.queue.put(copy, self.settings.time_to_live_ms, sequence)

    def _schedule(self, content: Content, sequence: int, now: int) -> None:
        record = Record(
            id=0,
            queue=self.path,
            sequence=sequence,
            state=State.SCHEDULED,
            enqueued_sequence=sequence,
            enqueued_ms=now,
            due_ms=content.scheduled_ms,
            expires_ms=None,
            deliveries=0,
            lock_token=None,
            locked_until_ms=None,
            dead_letter_source=None,
            content=content,
        )
        self._broker.records.add(record)
        self._broker.alarm.set(content.scheduled_ms or now)

    def _scheduled(self, sequence: int) -> Record:
        record = self._broker.records.by_sequence(self.path, sequence)
        if record is None:
            raise message_not_found(sequence)
        return record
