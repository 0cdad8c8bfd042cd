"""Reads typed fields out of a TOML table and collects every problem with its path."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass
class Table:
    """One table of a document; `problems` is shared by all tables of the document."""

    path: str
    values: dict[str, object]
    problems: list[str]
    _read: set[str] = field(default_factory=set)

    def complain(self, key: str, problem: str) -> None:
        self.problems.append(f"{self.path}{'.' if key else ''}{key}: {problem}")

    def text(self, key: str, default: str | None = None, pattern: str = ".+", form: str = "text") -> str:
        """Required without a default. `form` names what `pattern` matches."""
        value = self._value(key, required=default is None)
        if value is None:
            return default or ""
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            self.complain(key, f"must be {form}, not {value!r}.")
            return ""
        return value

    def choice(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        return self.text(key, default, "|".join(map(re.escape, choices)), " or ".join(choices))

    def number(self, key: str, least: int, most: int) -> int:
        value = self._value(key, required=True)
        if value is None:
            return least
        # TOML's true is an int to Python.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.complain(key, f"must be a whole number from {least} to {most}, not {value!r}.")
            return least
        return value

    def texts(self, key: str, pattern: str, form: str, *, required: bool = False) -> tuple[str, ...]:
        value = self._value(key, required=required)
        if value is None:
            return ()
        if not isinstance(value, list) or not value:
            self.complain(key, f"must be a list of {form}.")
            return ()
        for number, item in enumerate(value):
            if not isinstance(item, str) or not re.fullmatch(pattern, item):
                self.complain(f"{key}[{number}]", f"must be {form}, not {item!r}.")
        return tuple(str(item) for item in value)

    def table(self, key: str, *, required: bool = False) -> Table | None:
        value = self._value(key, required=required)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.complain(key, "must be a table.")
            return None
        return Table(f"{self.path}.{key}", value, self.problems)

    def end(self) -> None:
        """Complains of what nobody asked for. Call it when every field has been read."""
        for key in self.values.keys() - self._read:
            self.complain(key, "is not known here.")

    def _value(self, key: str, *, required: bool) -> object:
        self._read.add(key)
        if required and key not in self.values:
            self.complain(key, "is missing.")
        return self.values.get(key)
