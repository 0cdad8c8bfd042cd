"""Lambda functions ("ARM template functions: lambda"); `lambda` itself belongs to the evaluator."""

from functools import cmp_to_key

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json, type_name


@function("lambdaVariables", 1, 1)
def lambda_variables(arguments: Arguments) -> Json:
    name = arguments.text(0)
    bound = arguments.scope.lambda_variables
    if name.lower() not in bound:
        raise ExpressionError(f"there is no lambda variable {name}")
    return bound[name.lower()]


@function("filter", 2, 2)
def filter_(arguments: Arguments) -> Json:
    keep = arguments.function(1)
    return [item for index, item in enumerate(arguments.array(0)) if _bool(keep(item, index))]


@function("map", 2, 2)
def map_(arguments: Arguments) -> Json:
    change = arguments.function(1)
    return [change(item, index) for index, item in enumerate(arguments.array(0))]


@function("mapValues", 2, 2)
def map_values(arguments: Arguments) -> Json:
    change = arguments.function(1)
    return {name: change(value) for name, value in arguments.object(0).items()}


@function("reduce", 3, 3)
def reduce(arguments: Arguments) -> Json:
    result, step = arguments.json(1), arguments.function(2)
    for index, item in enumerate(arguments.array(0)):
        result = step(result, item, index)
    return result


@function("sort", 2, 2)
def sort(arguments: Arguments) -> Json:
    """Argument 2 says whether its first value stands before its second."""
    before = arguments.function(1)

    def order(left: Json, right: Json) -> int:
        return int(_bool(before(right, left))) - int(_bool(before(left, right)))

    return sorted(arguments.array(0), key=cmp_to_key(order))


@function("groupBy", 2, 2)
def group_by(arguments: Arguments) -> Json:
    name = arguments.function(1)
    groups: dict[str, list[Json]] = {}
    for item in arguments.array(0):
        groups.setdefault(_text(name(item)), []).append(item)
    return {key: list(items) for key, items in groups.items()}


@function("toObject", 2, 3)
def to_object(arguments: Arguments) -> Json:
    name = arguments.function(1)
    value = arguments.function(2) if len(arguments) > 2 else None  # noqa: PLR2004 - the optional third
    return {_text(name(item)): value(item) if value else item for item in arguments.array(0)}


def _bool(value: Json) -> bool:
    if isinstance(value, bool):
        return value
    raise ExpressionError(f"the lambda expression must give a bool, gives {type_name(value)}")


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise ExpressionError(f"the lambda expression must give a string, gives {type_name(value)}")
