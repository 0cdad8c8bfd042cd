"""Reads SQL filter expressions by recursive descent: or → and → not → comparison → sum → product → sign →
primary.

Source: "Subscription Rule SQL Filter Syntax" of Microsoft's documentation.
"""

from collections.abc import Mapping

from local.service_bus.errors import BusError, invalid
from local.service_bus.filters import sql_expressions as sql
from local.service_bus.filters.message_view import is_system_property
from local.service_bus.filters.sql_tokens import Token, tokenize

_COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
_LONGEST_EXPRESSION = 1024


def parse_condition(expression: str, parameters: Mapping[str, object] | None = None) -> sql.Expression:
    """Raises BusError naming the position. `parameters` are the values of `@name`."""
    if len(expression) > _LONGEST_EXPRESSION:
        raise invalid(f"SQL filter: longer than {_LONGEST_EXPRESSION} characters")
    parser = SqlParser(expression, parameters or {})
    condition = parser.condition()
    parser.end()
    return condition


class SqlParser:
    """A position in the tokens of one expression."""

    def __init__(self, expression: str, parameters: Mapping[str, object]) -> None:
        self._tokens = tokenize(expression)
        self._parameters = {name.lstrip("@").lower(): value for name, value in parameters.items()}
        self._at = 0

    def condition(self) -> sql.Expression:
        left = self._conjunction()
        while self._take_word("OR"):
            left = sql.Or(left, self._conjunction())
        return left

    def assigned(self) -> sql.Expression:
        """`= value`"""
        self._need_symbol("=")
        return self._sum()

    def property_name(self) -> sql.Property:
        """`[sys. | user.] name`"""
        first = self._identifier()
        if self._take_symbol("."):
            scope, name = first.lower(), self._identifier()
            if scope not in ("sys", "user"):
                raise self._error(f"the scope '{first}' is neither sys nor user")
            if scope == "sys" and not is_system_property(name):
                raise self._error(f"the system property '{name}' is not implemented by the local Service Bus")
            return sql.Property(name, scope == "sys")
        return sql.Property(first, is_system=False)

    def end(self) -> None:
        if self._next.kind != "end":
            raise self._error("the expression should end here")

    def _conjunction(self) -> sql.Expression:
        left = self._negation()
        while self._take_word("AND"):
            left = sql.And(left, self._negation())
        return left

    def _negation(self) -> sql.Expression:
        return sql.Not(self._negation()) if self._take_word("NOT") else self._comparison()

    def _comparison(self) -> sql.Expression:
        left = self._sum()
        if self._next.is_symbol(*_COMPARISONS):
            return sql.Comparison(self._take().text, left, self._sum())
        if self._take_word("IS"):
            negated = self._take_word("NOT")
            self._need_word("NULL")
            return self._maybe_not(sql.IsNull(left), negated)
        negated = self._take_word("NOT")
        if self._take_word("IN"):
            return self._maybe_not(sql.In(left, self._choices()), negated)
        if self._take_word("LIKE"):
            pattern = self._sum()
            escape = self._sum() if self._take_word("ESCAPE") else None
            return self._maybe_not(sql.Like(left, pattern, escape), negated)
        if negated:
            raise self._error("expected IN or LIKE after NOT")
        return left

    def _choices(self) -> tuple[sql.Expression, ...]:
        self._need_symbol("(")
        choices = [self._sum()]
        while self._take_symbol(","):
            choices.append(self._sum())
        self._need_symbol(")")
        return tuple(choices)

    def _sum(self) -> sql.Expression:
        left = self._product()
        while self._next.is_symbol("+", "-"):
            left = sql.Arithmetic(self._take().text, left, self._product())
        return left

    def _product(self) -> sql.Expression:
        left = self._signed()
        while self._next.is_symbol("*", "/", "%"):
            left = sql.Arithmetic(self._take().text, left, self._signed())
        return left

    def _signed(self) -> sql.Expression:
        if self._take_symbol("-"):
            return sql.Arithmetic("-", sql.Constant(0), self._signed())
        self._take_symbol("+")
        return self._primary()

    def _primary(self) -> sql.Expression:
        if self._take_symbol("("):
            inner = self.condition()
            self._need_symbol(")")
            return inner
        token = self._next
        if token.kind in ("number", "string", "parameter"):
            return sql.Constant(self._constant(self._take()))
        if token.is_word("TRUE", "FALSE"):
            return sql.Constant(self._take().text.upper() == "TRUE")
        if token.is_word("EXISTS"):
            return sql.Not(sql.IsNull(self._argument()))
        if token.is_word("NEWID", "P", "PROPERTY") and self._tokens[self._at + 1].is_symbol("("):
            return self._function()
        return self.property_name()

    def _function(self) -> sql.Expression:
        if not self._next.is_word("NEWID"):
            return self._argument()
        self._take()
        self._need_symbol("(")
        self._need_symbol(")")
        return sql.NewId()

    def _argument(self) -> sql.Property:
        self._take()
        self._need_symbol("(")
        inner = self.property_name()
        self._need_symbol(")")
        return inner

    def _constant(self, token: Token) -> object:
        if token.kind == "number":
            return int(token.text) if token.text.isdigit() else float(token.text)
        if token.kind == "string":
            return token.text.lstrip("nN")[1:-1].replace("''", "'")
        name = token.text[1:].lower()
        if name not in self._parameters:
            raise self._error(f"the parameter '{token.text}' has no value", token)
        return self._parameters[name]

    def _identifier(self) -> str:
        token = self._take()
        if token.kind == "delimited":
            return token.text[1:-1].replace(token.text[-1] * 2, token.text[-1])
        if token.kind != "word":
            raise self._error("expected a value or a property's name", token)
        return token.text

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._next
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take_word(self, word: str) -> bool:
        return self._next.is_word(word) and bool(self._take())

    def _take_symbol(self, text: str) -> bool:
        return self._next.is_symbol(text) and bool(self._take())

    def _need_word(self, word: str) -> None:
        if not self._take_word(word):
            raise self._error(f"expected {word}")

    def _need_symbol(self, text: str) -> None:
        if not self._take_symbol(text):
            raise self._error(f"expected '{text}'")

    def _error(self, problem: str, token: Token | None = None) -> BusError:
        found = token or self._next
        where = f"'{found.text}' at position {found.at}" if found.text else "the end"
        return invalid(f"SQL filter: {problem}, found {where}")

    @staticmethod
    def _maybe_not(condition: sql.Expression, negated: bool) -> sql.Expression:
        return sql.Not(condition) if negated else condition
