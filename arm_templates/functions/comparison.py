"""Comparison functions ("ARM template functions: comparison")."""

from collections.abc import Callable

from arm_templates.functions.array import same
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("coalesce", 1, None)
def coalesce(arguments: Arguments) -> Json:
    """The first value that is not null."""
    return next((value for value in arguments.all() if value is not None), None)


@function("equals", 2, 2)
def equals(arguments: Arguments) -> Json:
    """Of strings with regard to case."""
    return same(arguments.json(0), arguments.json(1))


@function("less", 2, 2)
def less(arguments: Arguments) -> Json:
    return _compare(arguments, lambda order: order < 0)


@function("lessOrEquals", 2, 2)
def less_or_equals(arguments: Arguments) -> Json:
    return _compare(arguments, lambda order: order <= 0)


@function("greater", 2, 2)
def greater(arguments: Arguments) -> Json:
    return _compare(arguments, lambda order: order > 0)


@function("greaterOrEquals", 2, 2)
def greater_or_equals(arguments: Arguments) -> Json:
    return _compare(arguments, lambda order: order >= 0)


def _compare(arguments: Arguments, holds: Callable[[int], bool]) -> bool:
    """Two ints, or two strings by their characters' codes."""
    if isinstance(arguments.json(0), str):
        left, right = arguments.text(0), arguments.text(1)
        return holds((left > right) - (left < right))
    return holds(arguments.integer(0) - arguments.integer(1))
