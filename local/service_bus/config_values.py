"""Typed reading of the configuration's JSON: each object knows its path, all faults are collected."""

from collections.abc import Iterator

from local.service_bus.durations import parse_duration


class Problems:
    """What is wrong, in the order it was found."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def add(self, path: str, problem: str) -> None:
        self._found.append(f"{path}: {problem}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)


class Section:
    """One object of the file."""

    def __init__(self, value: object, path: str, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self._values: dict[str, object] = {}
        if isinstance(value, dict):
            self._values = {str(name): item for name, item in value.items()}
        elif value is not None:
            problems.add(path or "the file", "expected an object")

    def problem(self, name: str, text: str) -> None:
        self._problems.add(self._place(name), text)

    def section(self, name: str) -> "Section":
        return Section(self._values.get(name), self._place(name), self._problems)

    def sections(self, name: str) -> list["Section"]:
        value = self._values.get(name) or []
        if not isinstance(value, list):
            self.problem(name, "expected a list")
            return []
        return [Section(item, f"{self._place(name)}[{at}]", self._problems) for at, item in enumerate(value)]

    def name(self) -> str:
        """The entity's `Name`, which it must have."""
        given = self.text("Name")
        if not given:
            self.problem("Name", "is missing")
        return given or "?"

    def text(self, name: str) -> str | None:
        value = self._values.get(name)
        if value is not None and not isinstance(value, str):
            self.problem(name, "expected a string")
            return None
        return value

    def number(self, name: str, default: int) -> int:
        value = self._values.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            self.problem(name, "expected a whole number")
            return default
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._values.get(name, default)
        if not isinstance(value, bool):
            self.problem(name, "expected true or false")
            return default
        return value

    def duration(self, name: str, default: int | None) -> int | None:
        """Milliseconds; None is without end."""
        text = self.text(name)
        try:
            return parse_duration(text) if text else default
        except ValueError as error:
            self.problem(name, str(error))
            return default

    def scalars(self) -> dict[str, str | int | float | bool]:
        found = {name: value for name, value in self._values.items() if isinstance(value, str | int | float)}
        for name in self._values.keys() - found.keys():
            self.problem(name, "expected a string, a number, true or false")
        return found

    def _place(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name
