"""Evaluates expressions."""

from dataclasses import replace

from arm_templates.faults import ExpressionError
from arm_templates.functions import FUNCTIONS
from arm_templates.parser import is_expression, parse_expression, unescaped
from arm_templates.scope import Closure, Scope, Value
from arm_templates.syntax import Call, Expression, Index, Literal, Member
from arm_templates.values import Json, find_member, type_name


def evaluate_text(text: str, scope: Scope) -> Json:
    """The value of a string in a template. Raises ExpressionError."""
    if not is_expression(text):
        return unescaped(text)
    try:
        result = evaluate(parse_expression(text), scope)
    except RecursionError as error:
        raise ExpressionError("is nested too deep") from error
    if isinstance(result, Closure):
        raise ExpressionError("a lambda expression is no value")
    return result


def evaluate(expression: Expression, scope: Scope) -> Value:
    match expression:
        case Literal():
            return expression.value
        case Member():
            return _member(_json(expression.of, scope), expression.name, safe=expression.safe)
        case Index():
            of = _json(expression.of, scope)
            return _element(of, _json(expression.key, scope), safe=expression.safe)
        case Call():
            return _call(expression, scope)


def _json(expression: Expression, scope: Scope) -> Json:
    result = evaluate(expression, scope)
    if isinstance(result, Closure):
        raise ExpressionError("a lambda expression is no value")
    return result


def apply(closure: Closure, *arguments: Json) -> Json:
    """The value of a lambda for these arguments; those that it does not name are left out, as in ARM."""
    bound = dict(zip(closure.variables, arguments, strict=False))
    scope = closure.scope
    return _json(closure.body, replace(scope, lambda_variables={**scope.lambda_variables, **bound}))


def _call(call: Call, scope: Scope) -> Value:
    name = call.name.lower()
    if name == "if":
        return _if(call, scope)
    if name == "lambda":
        return _lambda(call, scope)
    if "." in name:
        return _user_function(call, scope)
    function = FUNCTIONS.get(name)
    if function is None:
        raise ExpressionError(f"{call.name} is no function that is supported here")
    arguments = [evaluate(argument, scope) for argument in call.arguments]
    return function.call(scope, arguments, apply)


def _if(call: Call, scope: Scope) -> Value:
    """Evaluates the chosen branch alone, so that the other may refer to what is not there."""
    if len(call.arguments) != 3:  # noqa: PLR2004 - condition, then, else
        raise ExpressionError(f"if: takes 3 arguments, is given {len(call.arguments)}")
    condition = _json(call.arguments[0], scope)
    if not isinstance(condition, bool):
        raise ExpressionError(f"if: argument 1 must be a bool, is {type_name(condition)}")
    return evaluate(call.arguments[1 if condition else 2], scope)


def _lambda(call: Call, scope: Scope) -> Closure:
    if not call.arguments:
        raise ExpressionError("lambda: takes at least 1 argument")
    *names, body = call.arguments
    variables = [_json(name, scope) for name in names]
    return Closure(tuple(str(name).lower() for name in variables), body, scope)


def _user_function(call: Call, scope: Scope) -> Json:
    function = scope.functions.get(call.name.lower())
    if function is None:
        raise ExpressionError(f"there is no user-defined function {call.name}")
    return function(tuple(_json(argument, scope) for argument in call.arguments))


def _member(of: Json, name: str, *, safe: bool) -> Json:
    if of is None and safe:
        return None
    if not isinstance(of, dict):
        raise ExpressionError(f"{name}: asked of a value that is no object but {type_name(of)}")
    written = find_member(of, name)
    if written is not None:
        return of[written]
    if safe:
        return None
    raise ExpressionError(f"the object has no member {name}; it has {', '.join(of) or 'none'}")


def _element(of: Json, key: Json, *, safe: bool) -> Json:
    if isinstance(of, list) and isinstance(key, int) and not isinstance(key, bool):
        if 0 <= key < len(of):
            return of[key]
        if safe:
            return None
        raise ExpressionError(f"[{key}]: the array has {len(of)} elements")
    if isinstance(key, str):
        return _member(of, key, safe=safe)
    raise ExpressionError(f"a value of type {type_name(of)} has no element [{key}]")
