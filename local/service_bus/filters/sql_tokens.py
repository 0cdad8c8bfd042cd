"""Tokens of SQL filter expressions.

Source: "Subscription Rule SQL Filter Syntax" of Microsoft's documentation.
"""

import re
from dataclasses import dataclass

from local.service_bus.errors import invalid

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+\.\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)
    | (?P<string>[nN]?'(?:[^']|'')*')
    | (?P<delimited>\[(?:[^\]]|\]\])+\]|"(?:[^"]|"")+")
    | (?P<parameter>@[\w]+)
    | (?P<word>[^\W\d][\w#@$-]*)
    | (?P<symbol><>|!=|<=|>=|[=<>+\-*/%(),.;])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class Token:
    """`kind` is `number`, `string`, `delimited`, `parameter`, `word`, `symbol` or `end`; `at` counts from
    1.
    """

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.upper() in words

    def is_symbol(self, *symbols: str) -> bool:
        return self.kind == "symbol" and self.text in symbols


def tokenize(expression: str) -> list[Token]:
    """Ends with an `end` token. Raises BusError naming the position."""
    tokens = []
    offset = 0
    while rest := expression[offset:].strip():
        match = _TOKEN.match(expression, offset)
        if match is None or match.lastgroup is None:
            at = len(expression.rstrip()) - len(rest) + 1
            raise invalid(f"SQL filter: cannot read {rest[:20]!r} at position {at}")
        start = match.start(match.lastgroup)
        tokens.append(Token(match.lastgroup, match[match.lastgroup], start + 1))
        offset = match.end()
    return [*tokens, Token("end", "", len(expression) + 1)]
