"""What SQL filter expressions evaluate to. None stands for SQL's unknown, in values and in conditions alike.

Source: "Subscription Rule SQL Filter Syntax" of Microsoft's documentation.
"""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from uuid import uuid4

from local.service_bus.filters.message_view import MessageView


class Expression(Protocol):
    """Evaluates to a value, or for a condition to True, False or None."""

    def evaluate(self, message: MessageView) -> object: ...


@dataclass(frozen=True)
class Constant:
    value: object

    def evaluate(self, message: MessageView) -> object:
        del message
        return self.value


@dataclass(frozen=True)
class Property:
    name: str
    is_system: bool

    def evaluate(self, message: MessageView) -> object:
        return message.system(self.name) if self.is_system else message.user(self.name)


@dataclass(frozen=True)
class NewId:
    """`newid()`"""

    def evaluate(self, message: MessageView) -> object:
        del message
        return str(uuid4())


@dataclass(frozen=True)
class Not:
    operand: Expression

    def evaluate(self, message: MessageView) -> object:
        value = _truth(self.operand.evaluate(message))
        return None if value is None else not value


@dataclass(frozen=True)
class And:
    left: Expression
    right: Expression

    def evaluate(self, message: MessageView) -> object:
        sides = [_truth(self.left.evaluate(message)), _truth(self.right.evaluate(message))]
        if False in sides:
            return False
        return None if None in sides else True


@dataclass(frozen=True)
class Or:
    left: Expression
    right: Expression

    def evaluate(self, message: MessageView) -> object:
        sides = [_truth(self.left.evaluate(message)), _truth(self.right.evaluate(message))]
        if True in sides:
            return True
        return None if None in sides else False


_COMPARISONS: dict[str, Callable[[object, object], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,  # type: ignore[dict-item]  # the operands are checked to be comparable
    "<=": operator.le,  # type: ignore[dict-item]
    ">": operator.gt,  # type: ignore[dict-item]
    ">=": operator.ge,  # type: ignore[dict-item]
}


@dataclass(frozen=True)
class Comparison:
    """Unknown if a side is unknown or the two are of kinds that cannot be compared."""

    sign: str
    left: Expression
    right: Expression

    def evaluate(self, message: MessageView) -> object:
        left, right = self.left.evaluate(message), self.right.evaluate(message)
        if left is None or right is None or _family(left) is not _family(right):
            return None
        return _COMPARISONS[self.sign](left, right)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


@dataclass(frozen=True)
class Arithmetic:
    """Of numbers; `+` also joins strings. Integers divide to integers, division by zero is unknown."""

    sign: str
    left: Expression
    right: Expression

    def evaluate(self, message: MessageView) -> object:
        left, right = self.left.evaluate(message), self.right.evaluate(message)
        if isinstance(left, str) and isinstance(right, str):
            return left + right if self.sign == "+" else None
        if not (isinstance(left, int | float) and isinstance(right, int | float)):
            return None
        if self.sign in "/%" and right == 0:
            return None
        result = _ARITHMETIC[self.sign](left, right)
        return int(result) if isinstance(left, int) and isinstance(right, int) else result


@dataclass(frozen=True)
class In:
    operand: Expression
    choices: tuple[Expression, ...]

    def evaluate(self, message: MessageView) -> object:
        found = [Comparison("=", self.operand, choice).evaluate(message) for choice in self.choices]
        if True in found:
            return True
        return None if self.operand.evaluate(message) is None else False


@dataclass(frozen=True)
class Like:
    """`%` stands for any text, `_` for one character; `escape` takes their meaning away."""

    operand: Expression
    pattern: Expression
    escape: Expression | None = None

    def evaluate(self, message: MessageView) -> object:
        text, pattern = self.operand.evaluate(message), self.pattern.evaluate(message)
        if not isinstance(text, str) or not isinstance(pattern, str):
            return None
        escape = self.escape.evaluate(message) if self.escape else None
        return re.fullmatch(_like(pattern, escape), text, re.DOTALL) is not None


@dataclass(frozen=True)
class IsNull:
    operand: Expression

    def evaluate(self, message: MessageView) -> object:
        return self.operand.evaluate(message) is None


def _like(pattern: str, escape: object) -> str:
    parts = []
    characters = iter(pattern)
    for character in characters:
        if character == escape:
            parts.append(re.escape(next(characters, "")))
        else:
            parts.append({"%": ".*", "_": "."}.get(character) or re.escape(character))
    return "".join(parts)


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _family(value: object) -> type:
    if isinstance(value, bool):
        return bool
    return float if isinstance(value, int | float) else str if isinstance(value, str) else type(value)
