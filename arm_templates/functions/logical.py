"""Logical functions ("ARM template functions: logical"); `if` belongs to the evaluator."""

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("and", 2, None)
def and_(arguments: Arguments) -> Json:
    return all(_booleans(arguments))


@function("or", 2, None)
def or_(arguments: Arguments) -> Json:
    return any(_booleans(arguments))


def _booleans(arguments: Arguments) -> list[bool]:
    """All of them, so that one of another type is found wherever it stands."""
    return [arguments.boolean(position) for position in range(len(arguments))]


@function("not", 1, 1)
def not_(arguments: Arguments) -> Json:
    return not arguments.boolean(0)


@function("true", 0, 0)
def true(_arguments: Arguments) -> Json:
    return True


@function("false", 0, 0)
def false(_arguments: Arguments) -> Json:
    return False


@function("bool", 1, 1)
def bool_(arguments: Arguments) -> Json:
    match arguments.json(0):
        case bool() | int() as value:
            return bool(value)
        case str() as text if text.lower() in ("true", "1", "false", "0"):
            return text.lower() in ("true", "1")
        case str() as text:
            raise ExpressionError(f"{text!r} is neither true nor false")
        case value:
            raise arguments.fault(0, "must be a string or an int", value)
