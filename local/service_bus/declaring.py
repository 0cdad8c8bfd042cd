"""Writes declared entities to the store, from which the namespace is then made.

What is new is created; what is declared otherwise than at the last start gets its new settings and rules and
keeps its messages; what is declared as before stays as it is, with what administration has changed in it
meanwhile.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import cast

from local.service_bus.configuration import Declared, DeclaredQueue, DeclaredTopic
from local.service_bus.database import Database
from local.service_bus.errors import ConfigError
from local.service_bus.filters.rules import Rule
from local.service_bus.filters.rules_json import rule_to_json
from local.service_bus.settings import QueueSettings, TopicSettings


def declare(database: Database, entities: Iterable[Declared]) -> None:
    """Raises ConfigError if a queue is to become a topic or the other way round."""
    for entity in entities:
        if isinstance(entity, DeclaredQueue):
            _declare(database, entity.name, "queue", entity.name, entity.settings)
        else:
            _declare_topic(database, entity)
    database.commit()


def _declare_topic(database: Database, topic: DeclaredTopic) -> None:
    _declare(database, topic.name, "topic", topic.name, topic.settings)
    for subscription in topic.subscriptions:
        path = f"{topic.name}/Subscriptions/{subscription.name}"
        settings, rules = subscription.settings, subscription.rules
        if _declare(database, path, "subscription", subscription.name, settings, rules):
            _replace_rules(database, path.lower(), rules)


def _declare(
    database: Database,
    path: str,
    kind: str,
    name: str,
    settings: QueueSettings | TopicSettings,
    rules: tuple[Rule, ...] = (),
) -> bool:
    """Whether the entity is new or declared otherwise than before."""
    text = json.dumps(asdict(settings))
    declaration = json.dumps([text, [rule_to_json(rule) for rule in rules]])
    rows = cast(
        "list[tuple[str, str]]",
        database.read("SELECT kind, declared FROM entities WHERE path = ?", path.lower()),
    )
    if rows and rows[0][0] != kind:
        raise ConfigError(f"'{path}' is a {rows[0][0]} already and cannot become a {kind}")
    if rows and rows[0][1] == declaration:
        return False
    database.write(
        "INSERT INTO entities VALUES (?, ?, ?, ?, ?) ON CONFLICT (path)"
        " DO UPDATE SET settings = excluded.settings, declared = excluded.declared",
        path.lower(),
        kind,
        name,
        text,
        declaration,
    )
    return True


def _replace_rules(database: Database, path: str, rules: tuple[Rule, ...]) -> None:
    database.write("DELETE FROM rules WHERE subscription = ?", path)
    for rule in rules:
        database.write("INSERT INTO rules VALUES (?, ?, ?)", path, rule.name.lower(), rule_to_json(rule))
