"""Actions of rules: `SET property = value; REMOVE property`, on the application's properties of the copy.

Source: "Subscription Rule SQL Action Syntax" of Microsoft's documentation.
"""

from dataclasses import dataclass, replace

from local.service_bus.content import Content
from local.service_bus.errors import invalid, not_implemented
from local.service_bus.filters import sql_expressions as sql
from local.service_bus.filters.message_view import MessageView
from local.service_bus.filters.sql_parser import SqlParser
from local.service_bus.sections import decode_map, encode_application_properties


@dataclass(frozen=True)
class Change:
    """`value` is None for REMOVE."""

    name: str
    value: sql.Expression | None


def parse_action(text: str) -> tuple[Change, ...]:
    """Raises BusError naming the position."""
    changes = [_change(statement) for statement in _statements(text)]
    if not changes:
        raise invalid("SQL action: there is no statement in it")
    return tuple(changes)


def apply(changes: tuple[Change, ...], content: Content) -> Content:
    """The message with its application properties changed, one statement after the other."""
    for change in changes:
        properties = decode_map(content.application_properties)
        for name in [n for n in properties if str(n).lower() == change.name.lower()]:
            del properties[name]
        if change.value is not None:
            value = change.value.evaluate(MessageView(content))
            if value is not None:
                properties[change.name] = value
        content = replace(content, application_properties=encode_application_properties(properties))
    return content


def _statements(text: str) -> list[str]:
    """Split at semicolons that are not inside quotes."""
    parts, quoted = [""], False
    for character in text:
        quoted ^= character == "'"
        if character == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _change(statement: str) -> Change:
    word, _, rest = statement.partition(" ")
    parser = SqlParser(rest, {})
    if word.upper() not in ("SET", "REMOVE"):
        raise invalid(f"SQL action: expected SET or REMOVE, found {statement[:20]!r}")
    target = parser.property_name()
    if target.is_system:
        raise not_implemented(f"SQL action: changing the system property '{target.name}'")
    value = parser.assigned() if word.upper() == "SET" else None
    parser.end()
    return Change(target.name, value)
