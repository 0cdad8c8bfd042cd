"""Numeric functions ("ARM template functions: numeric")."""

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("add", 2, 2)
def add(arguments: Arguments) -> Json:
    return arguments.integer(0) + arguments.integer(1)


@function("sub", 2, 2)
def sub(arguments: Arguments) -> Json:
    return arguments.integer(0) - arguments.integer(1)


@function("mul", 2, 2)
def mul(arguments: Arguments) -> Json:
    return arguments.integer(0) * arguments.integer(1)


@function("div", 2, 2)
def div(arguments: Arguments) -> Json:
    """Towards zero."""
    quotient = abs(arguments.integer(0)) // abs(_divisor(arguments))
    return quotient if (arguments.integer(0) < 0) == (arguments.integer(1) < 0) else -quotient


@function("mod", 2, 2)
def mod(arguments: Arguments) -> Json:
    """The remainder has the dividend's sign."""
    rest = abs(arguments.integer(0)) % abs(_divisor(arguments))
    return -rest if arguments.integer(0) < 0 else rest


def _divisor(arguments: Arguments) -> int:
    divisor = arguments.integer(1)
    if divisor == 0:
        raise ExpressionError("argument 2 must not be 0")
    return divisor


@function("int", 1, 1)
def int_(arguments: Arguments) -> Json:
    value = arguments.json(0)
    if isinstance(value, str | float):
        try:
            return int(value)
        except (ValueError, OverflowError) as error:
            raise ExpressionError(f"{value!r} is no int") from error
    return arguments.integer(0)


@function("float", 1, 1)
def float_(arguments: Arguments) -> Json:
    value = arguments.json(0)
    if isinstance(value, str | int) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError as error:
            raise ExpressionError(f"{value!r} is no number") from error
    raise arguments.fault(0, "must be a string or an int", value)


@function("min", 1, None)
def min_(arguments: Arguments) -> Json:
    return min(_integers(arguments))


@function("max", 1, None)
def max_(arguments: Arguments) -> Json:
    return max(_integers(arguments))


def _integers(arguments: Arguments) -> list[int]:
    """Of one array, or of the arguments themselves."""
    first = arguments.json(0)
    if not isinstance(first, list):
        return [arguments.integer(position) for position in range(len(arguments))]
    numbers = [item for item in first if isinstance(item, int) and not isinstance(item, bool)]
    if not numbers or len(numbers) < len(first):
        raise ExpressionError("argument 1 must be an array of ints, with at least one")
    return numbers
