"""Parses expressions: strings from `[` to `]` ("Syntax and expressions in ARM templates")."""

import re
from dataclasses import dataclass

from arm_templates.faults import ExpressionError
from arm_templates.syntax import Call, Expression, Index, Literal, Member

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<number>[+-]?\d+)|(?P<name>[A-Za-z_$][\w$]*)|(?P<mark>\.\?|\[\?|[.,()\[\]]))"
)
MOST_LEVELS = 100


def is_expression(text: str) -> bool:
    """`[[` at the start is an escape: the string is a literal that begins with one bracket."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def unescaped(text: str) -> str:
    """A string that is no expression, without its escape."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


def parse_expression(text: str) -> Expression:
    """The tree of `[…]`. Raises ExpressionError with the column of the fault, counted from 1."""
    parser = _Parser(_tokens(text[1:-1]))
    expression = parser.value(0)
    if not parser.at("end"):
        raise parser.fault(
            "an operator or the end; ARM has functions for what other languages have operators for"
        )
    return expression


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str) -> list[_Token]:
    tokens, position, text = [], 0, text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None or match.lastgroup is None:
            rest = text[position:].lstrip()
            raise ExpressionError(f"column {len(text) - len(rest) + 2}: {rest[0]!r} is unexpected")
        kind = match.lastgroup
        tokens.append(_Token(kind, match[kind], match.start(kind) + 2))
        position = match.end()
    return [*tokens, _Token("end", "", len(text) + 2)]


class _Parser:
    """Recursive descent; `level` bounds the nesting, so that no text can exhaust the stack."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0

    def at(self, kind: str, *texts: str) -> bool:
        token = self._tokens[self._next]
        return token.kind == kind and (not texts or token.text in texts)

    def take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += token.kind != "end"
        return token

    def fault(self, wanted: str) -> ExpressionError:
        token = self._tokens[self._next]
        found = repr(token.text) if token.text else "the end"
        return ExpressionError(f"column {token.column}: expected {wanted}, found {found}")

    def expect(self, mark: str) -> None:
        if not self.at("mark", mark):
            raise self.fault(repr(mark))
        self.take()

    def value(self, level: int) -> Expression:
        if level > MOST_LEVELS:
            raise ExpressionError(f"is nested more than {MOST_LEVELS} levels deep")
        return self._followed(self._primary(level), level)

    def _primary(self, level: int) -> Expression:
        if self.at("string"):
            return Literal(self.take().text[1:-1].replace("''", "'"))
        if self.at("number"):
            return Literal(int(self.take().text))
        if not self.at("name"):
            raise self.fault("a function, a string or a number")
        name = self.take().text
        if self.at("mark", "."):
            self.take()
            if not self.at("name"):
                raise self.fault("the name of a user-defined function")
            name = f"{name}.{self.take().text}"
        return Call(name, self._arguments(level))

    def _arguments(self, level: int) -> tuple[Expression, ...]:
        self.expect("(")
        arguments: list[Expression] = []
        while not self.at("mark", ")"):
            if arguments:
                self.expect(",")
            arguments.append(self.value(level + 1))
        self.take()
        return tuple(arguments)

    def _followed(self, of: Expression, level: int) -> Expression:
        while self.at("mark", ".", ".?", "[", "[?"):
            mark = self.take().text
            if mark.startswith("."):
                if not self.at("name"):
                    raise self.fault("a member's name")
                of = Member(of, self.take().text, safe=mark == ".?")
            else:
                of = Index(of, self.value(level + 1), safe=mark == "[?")
                self.expect("]")
        return of
