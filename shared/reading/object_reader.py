"""Reads one JSON object, member by member, into typed values.

A faulty member is reported and a harmless stand-in ("", 0, False, nothing) is returned, so that reading
goes on and finds every problem. What was read must only be used after `Report.raise_problems` let it pass.
`null` stands for an absent member, as in ARM.
"""

import difflib
from collections.abc import Callable, Sequence

from shared.reading.codes import Code
from shared.reading.json_path import item, member
from shared.reading.kinds import kind_of
from shared.reading.report import KILN_API_VERSION, Report

# A rule looks at a text and says what is wrong with it, or None.
TextRule = Callable[[str], str | None]

_SURROGATES = range(0xD800, 0xE000)


class ObjectReader:
    """One object of the document; `code` is what its problems carry unless they say otherwise."""

    def __init__(
        self, members: dict[str, object], path: str, report: Report, code: Code = "ValidationFailed"
    ) -> None:
        self.path = path
        self.report = report
        self.code: Code = code
        self._members = members
        self._asked: set[str] = set()
        self._kilns_own: set[str] = set()
        self._open = True
        report.readers.append(self)

    # Problems

    def problem(self, message: str, code: Code | None = None) -> None:
        """Reports a problem of the object as a whole."""
        self.report.add(self.path, message, code or self.code)

    def problem_at(self, name: str, message: str, code: Code | None = None) -> None:
        """Reports a problem of one member, present or not."""
        self.report.add(self.path_of(name), message, code or self.code)

    def path_of(self, name: str) -> str:
        """The place of a member, under the name that the document gives it."""
        return member(self.path, self._written_name(name))

    # Members that need no value

    def ignore(self, *names: str) -> None:
        """Accepts members without effect, whatever they hold: what AIB calls read-only."""
        self._asked.update(names)

    def skip_unknown_fields(self) -> None:
        """Leaves the members that nobody asks for alone: the object as a whole is refused already."""
        self._open = False

    def has(self, name: str, *, since: str = "") -> bool:
        """Whether a member is there; one that is newer than the request's api-version is refused."""
        present = self._value(name) is not None
        if present and self.report.api_version < since:
            self.problem_at(name, f"needs api-version {since} or later")
        return present

    def reads_own(self, *names: str) -> bool:
        """Whether members that are Kiln's own are to be read; if not, they are unknown fields."""
        self._kilns_own.update(names)
        return self.report.kilns_own

    def is_filled(self, name: str) -> bool:
        """Whether a member says anything: it is there and not "" or []."""
        return self._value(name) not in (None, "", [])

    def is_blank(self, name: str) -> bool:
        """Whether a member is an array of strings of which none holds more than spaces."""
        value = self._value(name)
        return isinstance(value, list) and all(isinstance(text, str) and not text.strip() for text in value)

    # Values

    def text(self, name: str, *, rule: TextRule | None = None, code: Code | None = None) -> str:
        """An optional string; absent and empty are both "", which no rule is asked about."""
        value = self._value(name)
        if value in (None, ""):
            return ""
        return self._checked_text(self.path_of(name), value, rule, code or self.code)

    def peek_text(self, name: str) -> str:
        """A member if it is a string, faulty or not; for rules about several members together."""
        value = self._value(name)
        return value if isinstance(value, str) else ""

    def required_text(self, name: str, *, rule: TextRule | None = None, code: Code | None = None) -> str:
        """A string that must be there and not be empty."""
        value = self._value(name)
        if value is None:
            self.problem_at(name, "is required", code)
        elif value == "":
            self.problem_at(name, "must not be empty", code)
        return self.text(name, rule=rule, code=code)

    def choice(self, name: str, allowed: Sequence[str], *, default: str) -> str:
        """One of a few words, compared with their case; absent and empty are the default."""
        value = self.text(name)
        if value and value not in allowed:
            self.problem_at(name, _not_one_of(value, allowed))
            return default
        return value or default

    def integer(self, name: str, *, minimum: int, maximum: int, default: int) -> int:
        """A whole number within bounds, both included."""
        value = self._value(name)
        if value is None:
            return default
        return self._checked_integer(self.path_of(name), value, (minimum, maximum), default)

    def boolean(self, name: str) -> bool:
        """true or false; absent is false."""
        value = self._value(name)
        if value is not None and not isinstance(value, bool):
            self.problem_at(name, f"must be true or false, not {_shown(value)}")
        return value is True

    def texts(self, name: str, *, rule: TextRule | None = None) -> tuple[str, ...]:
        """An optional array of strings; a faulty item is "", so that the others keep their index."""
        path = self.path_of(name)
        return tuple(
            self._checked_text(item(path, index), value, rule, self.code)
            for index, value in enumerate(self._array(name))
        )

    def integers(self, name: str, *, minimum: int, maximum: int) -> tuple[int, ...]:
        """An optional array of whole numbers within bounds; a faulty item is `minimum`."""
        path = self.path_of(name)
        return tuple(
            self._checked_integer(item(path, index), value, (minimum, maximum), minimum)
            for index, value in enumerate(self._array(name))
        )

    def text_map(
        self, name: str, *, rule: TextRule | None = None, key: TextRule | None = None
    ) -> dict[str, str]:
        """An optional map of strings, whose keys the user chooses; both may have a rule."""
        held = self.child(name)
        if held is None:
            return {}
        for written in held.members():
            fault = _unwritable(written) or (key(written) if key else None)
            if fault:
                held.problem_at(written, fault)
        return {written: held.text(written, rule=rule) for written in held.members()}

    def child(self, name: str, *, code: Code | None = None) -> "ObjectReader | None":
        """An optional object; None if it is absent or no object."""
        value = self._value(name)
        return (
            None if value is None else read_object(value, self.path_of(name), self.report, code or self.code)
        )

    def required_child(self, name: str, *, code: Code | None = None) -> "ObjectReader | None":
        """An object that must be there; None if it is not, and then that is reported."""
        if self._value(name) is None:
            self.problem_at(name, "is required", code)
        return self.child(name, code=code)

    def children(self, name: str, *, code: Code | None = None) -> tuple["ObjectReader", ...]:
        """An optional array of objects, without the items that are none."""
        path = self.path_of(name)
        readers = (
            read_object(value, item(path, index), self.report, code or self.code)
            for index, value in enumerate(self._array(name))
        )
        return tuple(reader for reader in readers if reader is not None)

    def members(self) -> tuple[str, ...]:
        """The names of a map whose keys the user chooses; none of them counts as unknown."""
        self.skip_unknown_fields()
        return tuple(self._members)

    # The end

    def report_unknown_fields(self) -> None:
        """Reports the members that nobody asked for; before 2024-02-01 AIB ignored them."""
        if not (self._open and self.report.strict):
            return
        for name in self._members:
            if name not in self._asked:
                self.report.add(member(self.path, name), self._unknown(name))

    def _unknown(self, name: str) -> str:
        if name in self._kilns_own:
            return f"is an unknown field of AIB's; Kiln reads it where apiVersion is {KILN_API_VERSION}"
        right = self._nearest(name)
        hint = f'; did you mean "{right}"?' if right else ""
        wrong_case = any(name.lower() == asked.lower() for asked in self._asked)
        return ("is not the right case" if wrong_case else "is an unknown field") + hint

    def _nearest(self, name: str) -> str | None:
        by_lower = {asked.lower(): asked for asked in self._asked}
        near = difflib.get_close_matches(name.lower()[:100], by_lower, n=1, cutoff=0.7)
        return by_lower[near[0]] if near else None

    def _written_name(self, name: str) -> str:
        """The document's spelling of a member: reading goes on behind a wrong case, which is reported."""
        if name in self._members:
            return name
        return next((written for written in self._members if written.lower() == name.lower()), name)

    def _value(self, name: str) -> object:
        self._asked.add(name)
        return self._members.get(self._written_name(name))

    def _array(self, name: str) -> list[object]:
        value = self._value(name)
        if isinstance(value, list):
            return value
        if value is not None:
            self.problem_at(name, f"must be an array, not {kind_of(value)}")
        return []

    def _checked_integer(self, path: str, value: object, bounds: tuple[int, int], default: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            self.report.add(path, f"must be a whole number, not {_shown(value)}", self.code)
        elif not bounds[0] <= value <= bounds[1]:
            shown = f"must be between {bounds[0]} and {bounds[1]}, not {_shown(value)}"
            self.report.add(path, shown, self.code)
        else:
            return value
        return default

    def _checked_text(self, path: str, value: object, rule: TextRule | None, code: Code) -> str:
        if not isinstance(value, str):
            self.report.add(path, f"must be a string, not {kind_of(value)}", code)
            return ""
        fault = _unwritable(value) or (rule(value) if rule else None)
        if fault:
            self.report.add(path, fault, code)
            return ""
        return value


def read_object(
    value: object, path: str, report: Report, code: Code = "ValidationFailed"
) -> ObjectReader | None:
    """A reader of the value at `path`; None, and reported, if the value is no object."""
    if isinstance(value, dict):
        return ObjectReader({str(name): inner for name, inner in value.items()}, path, report, code)
    report.add(path, f"must be an object, not {kind_of(value)}", code)
    return None


def _unwritable(value: str) -> str | None:
    """JSON can escape characters that no file, header or script can hold."""
    if "\0" in value:
        return "must not hold a NUL character"
    if any(ord(character) in _SURROGATES for character in value):
        return "holds half of a surrogate pair, which is no character"
    return None


def _not_one_of(value: str, allowed: Sequence[str]) -> str:
    near = next((word for word in allowed if word.lower() == value.lower()), None)
    if near:
        return f'did you mean "{near}"? It is written {_shown(value)}'
    return f"must be one of {', '.join(allowed)}, not {_shown(value)}"


def _shown(value: object) -> str:
    """A value as a message shows it; long ones are cut, for messages travel in headers and logs."""
    longest = 60
    text = f'"{value}"' if isinstance(value, str) else kind_of(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value) if abs(value) < 10**longest else "a huge number"
    return text if len(text) <= longest else f'{text[:longest]}…"'
