"""Named data at the host-worker boundary, in the shape of FunctionRpc's TypedData.

A value is an object with exactly one key, its kind: `string`, `json` (text), `bytes`, `int`, `double`, `http`
(a request or response), `collection_string` and `collection_bytes` (lists of these) or `none`. Both sides
import this module and nothing else of each other.
"""

import json
from collections.abc import Sequence
from typing import TypeAlias

Wire: TypeAlias = "dict[str, Wire] | list[Wire] | str | int | float | bool | bytes | None"
TypedData: TypeAlias = dict[str, Wire]
Named: TypeAlias = dict[str, TypedData]


def string(value: str) -> TypedData:
    return {"string": value}


def json_text(text: str) -> TypedData:
    return {"json": text}


def raw(value: bytes) -> TypedData:
    return {"bytes": value}


def text_or_raw(value: bytes) -> TypedData:
    """A queue message's body: text where it is UTF-8, bytes otherwise, as the real host sends it."""
    try:
        return string(value.decode())
    except UnicodeDecodeError:
        return raw(value)


def texts_or_raws(values: Sequence[bytes]) -> TypedData:
    """The bodies of a batch: texts where all of them are UTF-8."""
    try:
        return {"collection_string": [value.decode() for value in values]}
    except UnicodeDecodeError:
        return {"collection_bytes": list(values)}


def kind(data: TypedData) -> str:
    return next(iter(data), "none")


def value(data: TypedData) -> Wire:
    return next(iter(data.values()), None)


def as_bytes(data: TypedData) -> bytes:
    """The bytes a binding or HTTP body stands for; text is UTF-8."""
    content = value(data)
    if isinstance(content, bytes):
        return content
    if content is None:
        return b""
    return (content if isinstance(content, str) else json.dumps(content)).encode()


def as_text(data: TypedData) -> str | None:
    """Text of a `string` or `json` value, None for no value."""
    content = value(data)
    return None if content is None else str(content)
