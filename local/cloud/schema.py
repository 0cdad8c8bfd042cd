"""A light typed check of request bodies: every resource type writes down what it understands.

Shapes are values (`Record({"location": required(Text())})`). Parsing returns the body with read-only fields
dropped, nulls removed and enumerations in their registered spelling; all problems are collected with paths.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local.cloud.errors import ArmError, not_implemented
from local.cloud.json_types import Json


@dataclass
class Problems:
    """What is wrong with a body: (path, message) each. `unsupported` are fields that Azure has and we have
    not."""

    found: list[tuple[str, str]] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        self.found.append((path, message))


class Shape(Protocol):
    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401 - any JSON value
        """The value as it will be stored."""


@dataclass(frozen=True)
class Text:
    """A string; `one_of` compares without regard to case, `pattern` must match all of it."""

    one_of: tuple[str, ...] = ()
    pattern: str = ""
    max_length: int = 0

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, str):
            problems.add(path, f"Expected a string, got {_kind(value)}.")
        elif self.one_of:
            for allowed in self.one_of:
                if allowed.lower() == value.lower():
                    return allowed
            problems.add(path, f"'{value}' is not one of {', '.join(self.one_of)}.")
        elif self.pattern and not re.fullmatch(self.pattern, value):
            problems.add(path, f"'{value}' does not match the pattern {self.pattern}.")
        elif self.max_length and len(value) > self.max_length:
            problems.add(path, f"{len(value)} characters; at most {self.max_length} are allowed.")
        return value


@dataclass(frozen=True)
class Number:
    """An integer within bounds, both inclusive."""

    minimum: int | None = None
    maximum: int | None = None

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if isinstance(value, bool) or not isinstance(value, int):
            problems.add(path, f"Expected an integer, got {_kind(value)}.")
        elif self.minimum is not None and value < self.minimum:
            problems.add(path, f"{value} is less than {self.minimum}.")
        elif self.maximum is not None and value > self.maximum:
            problems.add(path, f"{value} is more than {self.maximum}.")
        return value


@dataclass(frozen=True)
class Flag:
    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, bool):
            problems.add(path, f"Expected true or false, got {_kind(value)}.")
        return value


@dataclass(frozen=True)
class ListOf:
    item: Shape

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, list):
            problems.add(path, f"Expected a list, got {_kind(value)}.")
            return value
        return [self.item.parse(item, f"{path}[{index}]", problems) for index, item in enumerate(value)]


@dataclass(frozen=True)
class MapOf:
    """An object with free names, such as `tags`."""

    item: Shape

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            problems.add(path, f"Expected an object, got {_kind(value)}.")
            return value
        return {name: self.item.parse(item, f"{path}.{name}", problems) for name, item in value.items()}


@dataclass(frozen=True)
class AnyObject:
    """An object that is not looked into here."""

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            problems.add(path, f"Expected an object, got {_kind(value)}.")
        return value


@dataclass(frozen=True)
class ReadOnly:
    """A field that only the service writes: clients that send back what they read are not refused."""

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        del value, path, problems


@dataclass(frozen=True)
class Unsupported:
    """A field of Azure's whose effect does not exist here: refused with 501 rather than ignored."""

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        problems.unsupported.append(path)
        return value


@dataclass(frozen=True)
class Required:
    shape: Shape

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        return self.shape.parse(value, path, problems)


@dataclass(frozen=True)
class Record:
    """An object with known fields; anything else in it is a problem."""

    fields: Mapping[str, Shape]

    def parse(self, value: Any, path: str, problems: Problems) -> Any:  # noqa: ANN401
        if not isinstance(value, dict):
            problems.add(path, f"Expected an object, got {_kind(value)}.")
            return value
        parsed: Json = {}
        for name, item in value.items():
            where = f"{path}.{name}" if path else name
            if (shape := self.fields.get(name)) is None:
                problems.add(where, f"Could not find member '{name}' on object.")
            elif item is not None and not isinstance(shape, ReadOnly):
                parsed[name] = shape.parse(item, where, problems)
        self._check_required(parsed, path, problems)
        return parsed

    def _check_required(self, parsed: Json, path: str, problems: Problems) -> None:
        for name, shape in self.fields.items():
            if isinstance(shape, Required) and name not in parsed:
                where = f"{path}.{name}" if path else name
                problems.add(where, f"Required parameter '{where}' is missing (null).")

    def extended(self, more: Mapping[str, Shape]) -> Record:
        return Record({**self.fields, **more})


def parse_body(shape: Shape, body: object) -> Json:
    """Raises ArmError 400 that names every problem's path, or 501 for fields with no effect here."""
    problems = Problems()
    parsed = shape.parse(body, "", problems)
    if problems.found:
        path, message = problems.found[0]
        details = [
            {"code": "InvalidParameter", "message": f"{text} Path '{where}'.", "target": where}
            for where, text in problems.found
        ]
        summary = (
            f"The request content was invalid and could not be deserialized: '{message} Path '{path}'.'."
        )
        raise ArmError(400, "InvalidRequestContent", summary, path or None, details)
    if problems.unsupported:
        raise not_implemented(f"the field '{problems.unsupported[0]}'")
    result: Json = parsed
    return result


SUB_RESOURCE = Record({"id": Required(Text())})
TAGS = MapOf(Text(max_length=256))

ENVELOPE: Mapping[str, Shape] = {
    "id": ReadOnly(),
    "name": ReadOnly(),
    "type": ReadOnly(),
    "etag": ReadOnly(),
    "systemData": ReadOnly(),
}


def tracked(properties: Record, **more: Shape) -> Record:
    """The body of a resource with a location and tags."""
    return Record({**ENVELOPE, "location": Required(Text()), "tags": TAGS, "properties": properties, **more})


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
