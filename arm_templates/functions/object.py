"""Object functions ("ARM template functions: object"); those that take arrays too are in `array`."""

import json

from arm_templates.faults import ExpressionError
from arm_templates.functions.function import Arguments, function
from arm_templates.values import Json


@function("createObject", 0, None)
def create_object(arguments: Arguments) -> Json:
    if len(arguments) % 2:
        raise ExpressionError("takes pairs of a name and a value")
    return {arguments.text(at): arguments.json(at + 1) for at in range(0, len(arguments), 2)}


@function("items", 1, 1)
def items(arguments: Arguments) -> Json:
    """Sorted by name."""
    return [{"key": name, "value": value} for name, value in sorted(arguments.object(0).items())]


@function("objectKeys", 1, 1)
def object_keys(arguments: Arguments) -> Json:
    return list(arguments.object(0))


@function("shallowMerge", 1, 1)
def shallow_merge(arguments: Arguments) -> Json:
    merged: dict[str, Json] = {}
    for item in arguments.array(0):
        if not isinstance(item, dict):
            raise ExpressionError("argument 1 must be an array of objects")
        merged |= item
    return merged


@function("null", 0, 0)
def null(_arguments: Arguments) -> Json:
    return None


@function("json", 1, 1)
def json_(arguments: Arguments) -> Json:
    text = arguments.text(0)
    try:
        value: Json = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExpressionError(f"argument 1 is no JSON: {error}") from error
    return value
