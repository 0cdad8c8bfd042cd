"""What a function is, how many arguments it takes, and how it asks for their types."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

from arm_templates.faults import ExpressionError, FollowingError
from arm_templates.scope import Closure, Scope, Value
from arm_templates.values import Json, type_name

Apply: TypeAlias = Callable[..., Json]


class Arguments:
    """The arguments of one call, asked for by position (from 0) and type. Raises ExpressionError."""

    def __init__(self, scope: Scope, values: Sequence[Value], apply: Apply) -> None:
        self.scope = scope
        self._values = values
        self._apply = apply

    def __len__(self) -> int:
        return len(self._values)

    def json(self, position: int) -> Json:
        value = self._values[position]
        if isinstance(value, Closure):
            raise self.fault(position, "must be a value", value)
        return value

    def all(self, start: int = 0) -> list[Json]:
        return [self.json(position) for position in range(start, len(self))]

    def text(self, position: int, default: str | None = None) -> str:
        if position >= len(self) and default is not None:
            return default
        value = self.json(position)
        if isinstance(value, str):
            return value
        raise self.fault(position, "must be a string", value)

    def texts(self, start: int = 0) -> list[str]:
        return [self.text(position) for position in range(start, len(self))]

    def integer(self, position: int, default: int | None = None) -> int:
        if position >= len(self) and default is not None:
            return default
        value = self.json(position)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.fault(position, "must be an int", value)

    def boolean(self, position: int) -> bool:
        value = self.json(position)
        if isinstance(value, bool):
            return value
        raise self.fault(position, "must be a bool", value)

    def array(self, position: int) -> list[Json]:
        value = self.json(position)
        if isinstance(value, list):
            return value
        raise self.fault(position, "must be an array", value)

    def object(self, position: int) -> dict[str, Json]:
        value = self.json(position)
        if isinstance(value, dict):
            return value
        raise self.fault(position, "must be an object", value)

    def function(self, position: int) -> Callable[..., Json]:
        value = self._values[position]
        if isinstance(value, Closure):
            return lambda *given: self._apply(value, *given)
        raise self.fault(position, "must be a lambda expression", value)

    def fault(self, position: int, rule: str, value: Value) -> ExpressionError:
        return ExpressionError(f"argument {position + 1} {rule}, is {type_name(value)}")


@dataclass(frozen=True)
class Function:
    """One function; `most` is None where any number of arguments is taken."""

    name: str
    least: int
    most: int | None
    body: Callable[[Arguments], Json]

    def call(self, scope: Scope, values: Sequence[Value], apply: Apply) -> Json:
        if len(values) < self.least or (self.most is not None and len(values) > self.most):
            raise ExpressionError(f"{self.name}: takes {self._count()} arguments, is given {len(values)}")
        try:
            return self.body(Arguments(scope, values, apply))
        except FollowingError:
            raise
        except ExpressionError as error:
            raise ExpressionError(f"{self.name}: {error}") from error

    def _count(self) -> str:
        if self.most is None:
            return f"at least {self.least}"
        return str(self.least) if self.most == self.least else f"{self.least} to {self.most}"


def function(name: str, least: int, most: int | None) -> Callable[[Callable[[Arguments], Json]], Function]:
    """Makes a function of the template language out of its body."""
    return lambda body: Function(name, least, most, body)


def all_functions(modules: Iterable[ModuleType]) -> dict[str, Function]:
    found = [each for module in modules for each in vars(module).values() if isinstance(each, Function)]
    return {each.name.lower(): each for each in found}
