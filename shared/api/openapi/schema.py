"""Builders of JSON Schema 2020-12, the dialect of OpenAPI 3.1."""

from collections.abc import Mapping, Sequence

from shared.domain.codec import Json

Schema = dict[str, Json]


def text(description: str = "", *, pattern: str = "", most: int = 0) -> Schema:
    """A string; `most` characters at most, 0 for no bound."""
    schema: Schema = {"type": "string"}
    if pattern:
        schema["pattern"] = pattern
    if most:
        schema["maxLength"] = most
    return _described(schema, description)


def one_of(words: Sequence[str], description: str = "") -> Schema:
    return _described({"type": "string", "enum": list(words)}, description)


def moment(description: str = "") -> Schema:
    """UTC, ISO 8601."""
    return _described({"type": "string", "format": "date-time"}, description)


def whole(description: str = "", *, least: int = 0, most: int | None = None) -> Schema:
    schema: Schema = {"type": "integer", "minimum": least}
    if most is not None:
        schema["maximum"] = most
    return _described(schema, description)


def amount(description: str = "") -> Schema:
    """A number that is not negative."""
    return _described({"type": "number", "minimum": 0}, description)


def flag(description: str = "") -> Schema:
    return _described({"type": "boolean"}, description)


def nothing() -> Schema:
    return {"type": "null"}


def array(items: Schema, description: str = "") -> Schema:
    return _described({"type": "array", "items": items}, description)


def mapping(values: Schema, description: str = "") -> Schema:
    """An object whose members are named by their owner."""
    return _described({"type": "object", "additionalProperties": values}, description)


def anything(description: str = "") -> Schema:
    """An object that another page describes."""
    return _described({"type": "object"}, description)


def record(
    members: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None, description: str = ""
) -> Schema:
    """An object with exactly these members."""
    properties: dict[str, Json] = {**members, **(optional or {})}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if members:
        schema["required"] = list(members)
    return _described(schema, description)


def nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, nothing()]}


def reference(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listing(name: str) -> Schema:
    """`{"value": […]}`, as all lists are answered."""
    return record({"value": array(reference(name))})


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema
