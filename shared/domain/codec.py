"""Frozen dataclasses to plain JSON values and back, driven by their type hints.

Durable's own codec stores `__module__` and `__class__` and imports them, so that a rename breaks running
builds. This one stores field names only: a missing field takes its default, an unknown one is dropped.
Members of a union are told apart by a field of `Literal` type.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import TypeVar, cast

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T")


def to_json(value: object) -> Json:
    """Turns dataclasses, enums, tuples and mappings of them into JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return to_json(value.value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def from_json(kind: type[T], value: object) -> T:
    """Builds a `kind` from what `to_json` made of one; raises ValueError where the value does not fit."""
    return cast(T, _decode(kind, value))


@cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)


def _decode(kind: object, value: object) -> object:
    if kind is object:
        return value
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _decode_union(typing.get_args(kind), value)
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise ValueError(f"{value!r} is not {kind}")
        return value
    if origin is tuple and isinstance(value, list):
        return tuple(_decode(typing.get_args(kind)[0], item) for item in value)
    if origin is dict and isinstance(value, dict):
        return {key: _decode(typing.get_args(kind)[1], item) for key, item in value.items()}
    if isinstance(kind, type):
        return _decode_class(kind, value)
    raise ValueError(f"{value!r} is not a {kind}")


def _decode_union(choices: tuple[object, ...], value: object) -> object:
    """The first choice that fits: None, or the dataclass whose required fields the value has."""
    for choice in choices:
        try:
            return _decode(choice, value)
        except (ValueError, TypeError):
            continue
    raise ValueError(f"{value!r} fits none of {choices}")


def _decode_class(kind: type, value: object) -> object:
    if dataclasses.is_dataclass(kind):
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is not a {kind.__name__}")
        known = {f.name for f in dataclasses.fields(kind)} & value.keys()
        return kind(**{name: _decode(_hints(kind)[name], value[name]) for name in known})
    if issubclass(kind, Enum):
        return kind(value)
    if kind is float and isinstance(value, int):
        return float(value)
    if isinstance(value, kind):
        return value
    raise ValueError(f"{value!r} is not a {kind.__name__}")
