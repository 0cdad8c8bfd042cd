"""Functions that a template defines itself ("User-defined functions in ARM template")."""

from collections.abc import Iterator
from dataclasses import replace

from arm_templates.evaluate import evaluate_text
from arm_templates.evaluated import Evaluator
from arm_templates.faults import ExpressionError
from arm_templates.scope import Scope, UserFunction
from arm_templates.values import Json


def user_functions(listed: Json, scope: Scope, evaluator: Evaluator) -> dict[str, UserFunction]:
    """By `namespace.name` in lower case; they see their own parameters alone."""
    found: dict[str, UserFunction] = {}
    for index, each in enumerate(listed if isinstance(listed, list) else []):
        members = each.get("members") if isinstance(each, dict) else None
        if not isinstance(each, dict) or not isinstance(members, dict):
            evaluator.faults.add(f"functions[{index}]", "must be an object with namespace and members")
            continue
        for name, body in members.items():
            if isinstance(body, dict):
                found[f"{each.get('namespace')}.{name}".lower()] = _function(name, body, scope)
    return found


def _function(name: str, body: dict[str, Json], scope: Scope) -> UserFunction:
    names = tuple(_parameter_names(body.get("parameters")))
    output = body.get("output")
    value = output.get("value") if isinstance(output, dict) else None

    def call(arguments: tuple[Json, ...]) -> Json:
        if len(arguments) != len(names):
            raise ExpressionError(f"{name}: takes {len(names)} arguments, is given {len(arguments)}")
        given = dict(zip(names, arguments, strict=True))

        def parameter(wanted: str) -> Json:
            if wanted.lower() not in given:
                raise ExpressionError(f"the function {name} has no parameter {wanted}")
            return given[wanted.lower()]

        return _output(value, replace(scope, parameter=parameter))

    return call


def _output(value: Json, scope: Scope) -> Json:
    match value:
        case str():
            return evaluate_text(value, scope)
        case list():
            return [_output(item, scope) for item in value]
        case dict():
            return {name: _output(item, scope) for name, item in value.items()}
        case _:
            return value


def _parameter_names(listed: Json) -> Iterator[str]:
    for each in listed if isinstance(listed, list) else []:
        if isinstance(each, dict):
            yield str(each.get("name", "")).lower()
