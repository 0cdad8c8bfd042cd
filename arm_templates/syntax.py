"""Expressions as trees: literals, calls, and what follows a value (`.name`, `[index]`)."""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Literal:
    value: str | int


@dataclass(frozen=True)
class Call:
    """`name(arguments)`; of a user-defined function, `namespace.name(arguments)`."""

    name: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Member:
    """`of.name`; with `.?name`, null where there is no such member."""

    of: "Expression"
    name: str
    safe: bool = False


@dataclass(frozen=True)
class Index:
    """`of[key]`; with `[?key]`, null where there is no such element."""

    of: "Expression"
    key: "Expression"
    safe: bool = False


Expression: TypeAlias = Literal | Call | Member | Index
