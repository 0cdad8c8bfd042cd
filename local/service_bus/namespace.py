"""All entities of the bus by address, and what time does to their messages."""

import json
from collections.abc import Iterator
from typing import TypeAlias, cast

from local.service_bus.addresses import Address, parse_address
from local.service_bus.broker import Broker
from local.service_bus.duplicates import forget_old
from local.service_bus.errors import BusError, entity_not_found, invalid
from local.service_bus.filters.rules_json import rule_from_json
from local.service_bus.message_queue import MessageQueue
from local.service_bus.records import Record
from local.service_bus.settings import QueueSettings, TopicSettings
from local.service_bus.subscription import Subscription
from local.service_bus.topic import Topic

Entity: TypeAlias = MessageQueue | Topic
_LARGEST_BATCH = 1_000


class Namespace:
    """`load` makes the entities that are stored."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self.queues: dict[str, MessageQueue] = {}
        self.topics: dict[str, Topic] = {}

    # -- finding

    def sender_target(self, path: str) -> Entity:
        """Where a sender may send to. Raises BusError."""
        key = path.lower()
        entity = self.queues.get(key) or self.topics.get(key)
        if entity is None:
            raise entity_not_found(path)
        return entity

    def receiver_source(self, path: str) -> MessageQueue:
        """What can be received from: a queue, a subscription or a dead-letter sub-queue. Raises BusError."""
        address = parse_address(path)
        queue = self._queue(address)
        if not address.dead_letter:
            return queue
        if queue.dead_letters is None:
            raise entity_not_found(path)
        return queue.dead_letters

    def entity(self, path: str) -> Entity:
        """Either of both. Raises BusError."""
        if path.lower() in self.topics:
            return self.topics[path.lower()]
        return self.receiver_source(path)

    def subscription(self, topic: str, name: str) -> Subscription:
        found = self.topic(topic).subscriptions.get(name.lower())
        if found is None:
            raise entity_not_found(f"{topic}/Subscriptions/{name}")
        return found

    def topic(self, name: str) -> Topic:
        found = self.topics.get(name.lower())
        if found is None:
            raise entity_not_found(name)
        return found

    # -- starting

    def load(self) -> None:
        """Makes what is stored, topics before their subscriptions."""
        rows = self._broker.database.read(
            "SELECT path, kind, name, settings FROM entities ORDER BY length(path)"
        )
        for path, kind, name, text in cast("list[tuple[str, str, str, str]]", rows):
            given = json.loads(text)
            if kind == "queue":
                self._add_queue(name, QueueSettings(**given))
            elif kind == "topic":
                self._add_topic(name, TopicSettings(**given))
            else:
                topic = self.topics[path.partition("/subscriptions/")[0]]
                full = f"{topic.name}/Subscriptions/{name}"
                self._load_rules(self._add_subscription(full, QueueSettings(**given)))
        self._broker.records.release_session_locks()
        self._broker.turn.commit_later()

    def _load_rules(self, subscription: Subscription) -> None:
        rows = self._broker.database.read(
            "SELECT rule FROM rules WHERE subscription = ?", subscription.queue.path
        )
        for (text,) in rows:
            rule = rule_from_json(cast("str", text))
            subscription.rules[rule.name.lower()] = rule

    # -- time

    def tick(self) -> None:
        """Everything that is due: ends of locks, schedules, times to live, waits. Sets the alarm again."""
        records, now = self._broker.records, self._broker.clock()
        for record in records.locks_ended(now, _LARGEST_BATCH):
            if queue := self._holder(record):
                queue.lock_ended(record)
        for record in records.due(now, _LARGEST_BATCH):
            target = self.topics.get(record.queue) or self.receiver_source(record.queue)
            target.activate(record)
        for record in records.expired(now, _LARGEST_BATCH):
            if queue := self._holder(record):
                queue.expire(record)
        forget_old(self._broker)
        moments = [queue.sessions.tick() for queue in self.all_queues()]
        moments.append(records.next_due())
        known = [moment for moment in moments if moment is not None]
        self._broker.alarm.set(min(known, default=now + 60_000))

    def all_queues(self) -> Iterator[MessageQueue]:
        """Queues and subscriptions."""
        yield from self.queues.values()
        for topic in self.topics.values():
            yield from (subscription.queue for subscription in topic.subscriptions.values())

    def _holder(self, record: Record) -> MessageQueue | None:
        try:
            return self.receiver_source(record.queue)
        except BusError:
            return None

    def _queue(self, address: Address) -> MessageQueue:
        if address.subscription is not None:
            return self.subscription(address.entity, address.subscription).queue
        if address.entity.lower() in self.topics:
            raise invalid(f"'{address.entity}' is a topic: receive from one of its subscriptions")
        found = self.queues.get(address.entity.lower())
        if found is None:
            raise entity_not_found(address.entity)
        return found

    def _add_queue(self, name: str, settings: QueueSettings) -> MessageQueue:
        self.queues[name.lower()] = queue = MessageQueue(self._broker, name, settings)
        return queue

    def _add_topic(self, name: str, settings: TopicSettings) -> Topic:
        self.topics[name.lower()] = topic = Topic(self._broker, name, settings)
        return topic

    def _add_subscription(self, path: str, settings: QueueSettings) -> Subscription:
        topic, _, name = path.rpartition("/Subscriptions/")
        subscription = Subscription(name, MessageQueue(self._broker, path, settings))
        self.topics[topic.lower()].subscriptions[name.lower()] = subscription
        return subscription
