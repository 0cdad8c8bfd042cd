"""Plain values out of the SDK's models."""

from enum import Enum


def text(value: object, default: str = "") -> str:
    """The text of a string or of an SDK enum (whose `str()` is its Python name); `default` for None."""
    if value is None:
        return default
    return str(value.value) if isinstance(value, Enum) else str(value)
