"""Rules of a subscription: a filter, and an action on what it lets through.

Source: "Topic filters and actions" of Microsoft's documentation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from local.service_bus.filters import sql_expressions as sql
from local.service_bus.filters.message_view import MessageView
from local.service_bus.filters.sql_action import Change, parse_action
from local.service_bus.filters.sql_parser import parse_condition

Scalar: TypeAlias = str | int | float | bool


@dataclass(frozen=True)
class TrueFilter:
    def matches(self, message: MessageView) -> bool:
        del message
        return True


@dataclass(frozen=True)
class FalseFilter:
    def matches(self, message: MessageView) -> bool:
        del message
        return False


@dataclass(frozen=True)
class CorrelationFilter:
    """All that is given must be equal; strings are compared with regard to case.

    `system` is by the names of SQL filters (`correlationid`, `subject`, …), in lower case.
    """

    system: Mapping[str, str] = field(default_factory=dict)
    properties: Mapping[str, Scalar] = field(default_factory=dict)

    def matches(self, message: MessageView) -> bool:
        return all(message.system(name) == value for name, value in self.system.items()) and all(
            _same(message.user(name), value) for name, value in self.properties.items()
        )


@dataclass(frozen=True)
class SqlFilter:
    """Lets through what the condition is true for, neither false nor unknown."""

    expression: str
    parameters: Mapping[str, Scalar] = field(default_factory=dict)

    @cached_property
    def condition(self) -> sql.Expression:
        return parse_condition(self.expression, self.parameters)

    def matches(self, message: MessageView) -> bool:
        return self.condition.evaluate(message) is True


Filter: TypeAlias = TrueFilter | FalseFilter | CorrelationFilter | SqlFilter


@dataclass(frozen=True)
class Rule:
    """`action` is a SQL action such as `SET priority = 1; REMOVE draft`, or None."""

    name: str
    filter: Filter
    action: str | None = None

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        return parse_action(self.action) if self.action else ()

    def check(self) -> None:
        """Raises BusError for an expression that cannot be read."""
        if isinstance(self.filter, SqlFilter):
            _ = self.filter.condition
        _ = self.changes


DEFAULT_RULE = Rule("$Default", TrueFilter())


def _same(found: object, wanted: Scalar) -> bool:
    return found == wanted and isinstance(found, bool) == isinstance(wanted, bool)
