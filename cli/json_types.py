"""JSON from the wire: read field by field with the type that is expected, so nothing untyped travels on."""

from datetime import UTC, datetime
from typing import cast

Json = dict[str, object]


def objects(body: Json, name: str) -> list[Json]:
    """The list of objects in `name`; empty when it is missing or null."""
    found = body.get(name)
    return [cast("Json", item) for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def child(body: Json, name: str) -> Json:
    """The object in `name`; empty when it is missing or null."""
    found = body.get(name)
    return cast("Json", found) if isinstance(found, dict) else {}


def text(body: Json, name: str) -> str:
    """The string in `name`; empty when it is missing or null."""
    found = body.get(name)
    return "" if found is None else str(found)


def texts(body: Json, name: str) -> tuple[str, ...]:
    """The strings of a list; empty where there is none."""
    value = body.get(name)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def number(body: Json, name: str) -> int | None:
    """The whole number in `name`, or None."""
    found = body.get(name)
    return int(found) if isinstance(found, int | float) else None


def moment(body: Json, name: str) -> datetime | None:
    """The ISO 8601 time in `name`, aware and in UTC, or None. A time without a zone is taken as UTC."""
    found = text(body, name)
    if not found:
        return None
    parsed = datetime.fromisoformat(found)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
