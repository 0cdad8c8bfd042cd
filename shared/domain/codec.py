"""Frozen dataclasses to plain JSON values and back, driven by their type hints.

Durable's own codec stores `__module__` and `__class__` and imports them, so that a rename breaks running
builds. This one stores field names only: a missing field takes its default, an unknown one is dropped.
Members of a union are told apart by a field of `Literal` type.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from enum import Enum
from functools import cache
from typing import Any, TypeVar, cast

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T")
Decoder = Callable[[object], object]


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


def to_compact_json(value: object) -> Json:
    """The same without fields that have their defaults, which `from_json` fills in: histories stay short.

    Fields of `Literal` type stay, because members of a union are told apart by them.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        told = [(f.name, getattr(value, f.name)) for f in dataclasses.fields(value)]
        defaults = _defaults(type(value))
        return {name: to_compact_json(item) for name, item in told if defaults.get(name, _NONE) != item}
    if isinstance(value, list | tuple):
        return [to_compact_json(item) for item in value]
    return to_json(value)


_NONE = object()  # equal to no value


@cache
def _defaults(kind: Any) -> dict[str, object]:  # noqa: ANN401 - any dataclass
    """By field, without those that have none and those that tell members of a union apart."""
    found: dict[str, object] = {}
    hints = typing.get_type_hints(kind)
    for item in dataclasses.fields(kind):
        if typing.get_origin(hints[item.name]) is typing.Literal:
            continue
        if item.default_factory is not dataclasses.MISSING:
            found[item.name] = item.default_factory()
        elif item.default is not dataclasses.MISSING:
            found[item.name] = item.default
    return found


def from_json(kind: type[T], value: object) -> T:
    """Builds a `kind` from what `to_json` made of one; raises ValueError where the value does not fit."""
    return cast(T, _decoder(cast("Hashable", kind))(value))


@cache
def _decoder(kind: Hashable) -> Decoder:
    """What reads values of a type: the type is looked into once, not for every value."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if kind is object:
        return lambda value: value
    if origin in (typing.Union, types.UnionType):
        return _union_decoder(arguments)
    if origin is typing.Literal:
        return _fitting(kind, lambda value: value in arguments)
    if origin is tuple:
        item = _decoder(arguments[0])
        return _fitting(kind, lambda value: isinstance(value, list), lambda items: tuple(map(item, items)))
    if origin is dict:
        member = _decoder(arguments[1])
        return _fitting(
            kind,
            lambda value: isinstance(value, dict),
            lambda members: {key: member(value) for key, value in members.items()},
        )
    return _class_decoder(cast(type, kind))


def _fitting(
    kind: object, fits: Callable[[Any], bool], read: Callable[[Any], object] | None = None
) -> Decoder:
    """Refuses what does not fit, and reads what does; without `read` the value is read already."""

    def decode(value: object) -> object:
        if not fits(value):
            raise ValueError(f"{value!r} is not a {kind}")
        return read(value) if read else value

    return decode


def _union_decoder(choices: tuple[object, ...]) -> Decoder:
    """The first choice that fits: None, or the dataclass whose required fields the value has."""
    decoders = [_decoder(choice) for choice in choices]
    optional = types.NoneType in choices

    def decode(value: object) -> object:
        if value is None and optional:
            return None
        for each in decoders:
            try:
                return each(value)
            except (ValueError, TypeError):
                continue
        raise ValueError(f"{value!r} fits none of {choices}")

    return decode


def _class_decoder(kind: type) -> Decoder:
    if dataclasses.is_dataclass(kind):
        return _fitting(
            kind,
            lambda value: isinstance(value, dict),
            lambda given: kind(**{n: read(given[n]) for n, read in _fields(kind).items() if n in given}),
        )
    if issubclass(kind, Enum):
        return kind
    if kind is float:
        return _fitting(kind, lambda value: isinstance(value, int | float), float)
    return _fitting(kind, lambda value: isinstance(value, kind))


@cache
def _fields(kind: type) -> dict[str, Decoder]:
    """How each field is read. Looked up when a value is read, so that a class may hold its own kind."""
    hints = typing.get_type_hints(kind)
    return {each.name: _decoder(hints[each.name]) for each in dataclasses.fields(kind)}
