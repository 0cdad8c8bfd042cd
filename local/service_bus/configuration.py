"""The configuration file: entities to declare, in the format of Microsoft's Service Bus emulator
(Config.json).

Every fault is told at once with its path in the file.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from local.service_bus.config_values import Problems, Section
from local.service_bus.errors import BusError, ConfigError
from local.service_bus.filters.rules import (
    DEFAULT_RULE,
    CorrelationFilter,
    FalseFilter,
    Filter,
    Rule,
    SqlFilter,
    TrueFilter,
)
from local.service_bus.settings import QueueSettings, TopicSettings

# The names of the file and those that filters use.
_SYSTEM = {
    "ContentType": "contenttype",
    "CorrelationId": "correlationid",
    "Label": "subject",
    "MessageId": "messageid",
    "ReplyTo": "replyto",
    "ReplyToSessionId": "replytosessionid",
    "SessionId": "sessionid",
    "To": "to",
}


@dataclass(frozen=True)
class DeclaredQueue:
    name: str
    settings: QueueSettings


@dataclass(frozen=True)
class DeclaredSubscription:
    name: str
    settings: QueueSettings
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class DeclaredTopic:
    name: str
    settings: TopicSettings
    subscriptions: tuple[DeclaredSubscription, ...]


Declared: TypeAlias = DeclaredQueue | DeclaredTopic


def read_configuration(path: Path) -> list[Declared]:
    """Raises ConfigError with all problems of the file."""
    try:
        root = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}") from error
    problems = Problems()
    namespaces = Section(root, "", problems).section("UserConfig").sections("Namespaces")
    declared: list[Declared] = []
    for namespace in namespaces:
        declared += [_queue(section) for section in namespace.sections("Queues")]
        declared += [_topic(section) for section in namespace.sections("Topics")]
    names = [entity.name.lower() for entity in declared]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add("UserConfig.Namespaces", f"'{name}' is declared more than once")
    if problems:
        raise ConfigError("\n".join(f"{path}: {problem}" for problem in problems))
    return declared


def _queue(section: Section) -> DeclaredQueue:
    return DeclaredQueue(section.name(), _queue_settings(section.section("Properties")))


def _topic(section: Section) -> DeclaredTopic:
    properties = section.section("Properties")
    settings = TopicSettings(properties.duration("DefaultMessageTimeToLive", None), _duplicates(properties))
    subscriptions = tuple(_subscription(each) for each in section.sections("Subscriptions"))
    return DeclaredTopic(section.name(), settings, subscriptions)


def _subscription(section: Section) -> DeclaredSubscription:
    rules = tuple(_rule(each) for each in section.sections("Rules"))
    settings = _queue_settings(section.section("Properties"))
    return DeclaredSubscription(section.name(), settings, rules or (DEFAULT_RULE,))


def _queue_settings(properties: Section) -> QueueSettings:
    standard = QueueSettings()
    for name in ("ForwardTo", "ForwardDeadLetteredMessagesTo"):
        if properties.text(name):
            properties.problem(name, "forwarding is not implemented by the local Service Bus")
    lock_ms = properties.duration("LockDuration", standard.lock_ms)
    if lock_ms is None or not 0 < lock_ms <= 5 * standard.lock_ms:
        properties.problem("LockDuration", "expected a duration of at most PT5M")
    max_deliveries = properties.number("MaxDeliveryCount", standard.max_delivery_count)
    if max_deliveries < 1:
        properties.problem("MaxDeliveryCount", "expected a number of at least 1")
    return QueueSettings(
        lock_ms=lock_ms or standard.lock_ms,
        max_delivery_count=max_deliveries,
        requires_session=properties.flag("RequiresSession", default=False),
        time_to_live_ms=properties.duration("DefaultMessageTimeToLive", None),
        dead_letter_on_expiration=properties.flag("DeadLetteringOnMessageExpiration", default=False),
        duplicate_window_ms=_duplicates(properties),
    )


def _duplicates(properties: Section) -> int | None:
    window = properties.duration("DuplicateDetectionHistoryTimeWindow", 600_000)
    return window if properties.flag("RequiresDuplicateDetection", default=False) else None


def _rule(section: Section) -> Rule:
    properties = section.section("Properties")
    action = properties.section("Action").text("SqlExpression") or None
    rule = Rule(section.name(), _filter(properties), action)
    try:
        rule.check()
    except BusError as error:
        section.problem("Properties", error.description)
    return rule


def _filter(properties: Section) -> Filter:
    kind = (properties.text("FilterType") or "Sql").lower()
    if kind == "correlation":
        given = properties.section("CorrelationFilter")
        system = {own: value for name, own in _SYSTEM.items() if (value := given.text(name))}
        return CorrelationFilter(system, given.section("Properties").scalars())
    if kind == "sql":
        return SqlFilter(properties.section("SqlFilter").text("SqlExpression") or "1=1")
    if kind not in ("true", "false"):
        properties.problem("FilterType", "expected Correlation, Sql, True or False")
    return FalseFilter() if kind == "false" else TrueFilter()
