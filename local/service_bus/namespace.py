"""All entities of the bus by address, what creates and deletes them, and what time does to their messages."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import TypeAlias, cast

from local.service_bus.addresses import Address, parse_address
from local.service_bus.broker import Broker
from local.service_bus.duplicates import forget_old
from local.service_bus.errors import BusError, entity_exists, entity_not_found, invalid
from local.service_bus.filters.rules import DEFAULT_RULE, Rule
from local.service_bus.filters.rules_json import rule_from_json, rule_to_json
from local.service_bus.message_queue import MessageQueue
from local.service_bus.records import Record
from local.service_bus.settings import QueueSettings, TopicSettings
from local.service_bus.subscription import Subscription
from local.service_bus.topic import Topic

Entity: TypeAlias = MessageQueue | Topic
_LARGEST_BATCH = 1_000


class Namespace:
    """Entities are stored as they are made; `load` makes them again at a start."""

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

    # -- creating and deleting

    def create_queue(self, name: str, settings: QueueSettings) -> MessageQueue:
        self._check_free(name)
        self._store(name, "queue", name, settings)
        return self._add_queue(name, settings)

    def create_topic(self, name: str, settings: TopicSettings) -> Topic:
        self._check_free(name)
        self._store(name, "topic", name, settings)
        return self._add_topic(name, settings)

    def create_subscription(
        self, topic: str, name: str, settings: QueueSettings, rules: tuple[Rule, ...] = (DEFAULT_RULE,)
    ) -> Subscription:
        path = f"{self.topic(topic).name}/Subscriptions/{name}"
        if name.lower() in self.topic(topic).subscriptions:
            raise entity_exists(path)
        self._store(path, "subscription", name, settings)
        subscription = self._add_subscription(path, settings)
        for rule in rules:
            self.add_rule(subscription, rule)
        return subscription

    def add_rule(self, subscription: Subscription, rule: Rule) -> None:
        """Raises BusError if it exists or cannot be read."""
        rule.check()
        if rule.name.lower() in subscription.rules:
            raise entity_exists(f"{subscription.queue.name}/Rules/{rule.name}")
        subscription.rules[rule.name.lower()] = rule
        self._write(
            "INSERT INTO rules VALUES (?, ?, ?)",
            subscription.queue.path,
            rule.name.lower(),
            rule_to_json(rule),
        )

    def remove_rule(self, subscription: Subscription, name: str) -> None:
        if subscription.rules.pop(name.lower(), None) is None:
            raise entity_not_found(f"{subscription.queue.name}/Rules/{name}")
        self._write(
            "DELETE FROM rules WHERE subscription = ? AND name = ?", subscription.queue.path, name.lower()
        )

    def delete_queue(self, name: str) -> None:
        if (queue := self.queues.pop(name.lower(), None)) is None:
            raise entity_not_found(name)
        self._forget(queue)

    def delete_topic(self, name: str) -> None:
        topic = self.topic(name)
        for subscription in list(topic.subscriptions.values()):
            self.delete_subscription(name, subscription.name)
        del self.topics[topic.path]
        self._broker.records.forget(topic.path)
        self._write("DELETE FROM entities WHERE path = ?", topic.path)

    def delete_subscription(self, topic: str, name: str) -> None:
        subscription = self.subscription(topic, name)
        del self.topic(topic).subscriptions[name.lower()]
        self._write("DELETE FROM rules WHERE subscription = ?", subscription.queue.path)
        self._forget(subscription.queue)

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

    def _check_free(self, name: str) -> None:
        if name.lower() in self.queues or name.lower() in self.topics:
            raise entity_exists(name)

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

    def _store(self, path: str, kind: str, name: str, settings: QueueSettings | TopicSettings) -> None:
        self._write(
            "INSERT INTO entities VALUES (?, ?, ?, ?, NULL, ?)",
            path.lower(),
            kind,
            name,
            json.dumps(asdict(settings)),
            self._broker.clock(),
        )

    def _forget(self, queue: MessageQueue) -> None:
        queue.close(entity_not_found(queue.name))
        for each in (queue, queue.dead_letters):
            if each is not None:
                self._broker.records.forget(each.path)
        self._write("DELETE FROM sessions WHERE queue = ?", queue.path)
        self._write("DELETE FROM message_ids WHERE queue = ?", queue.path)
        self._write("DELETE FROM entities WHERE path = ?", queue.path)

    def _write(self, sql: str, *values: str | int) -> None:
        self._broker.database.write(sql, *values)
        self._broker.turn.commit_later()
