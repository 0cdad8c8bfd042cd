"""Reads the query of a request, and tells all its faults at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.api.arm import Refusal, read_skip_token
from shared.domain.problems import Problem

# Digits of 10**15 fit wherever a number goes: a table's key, a range of bytes, a pause in seconds.
_WHOLE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True)
class Query:
    """The parameters of a request; unknown ones are not looked at, as ARM does."""

    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def text(self, name: str) -> str:
        """Empty when it is not given."""
        return self.values.get(name, "")

    def whole(self, name: str, *, least: int, most: int, default: int) -> int:
        text = self.values.get(name)
        if text is None:
            return default
        if not _WHOLE.fullmatch(text) or not least <= int(text) <= most:
            self.problem(name, f"must be a number from {least} to {most}")
            return default
        return int(text)

    def flag(self, name: str, *, default: bool | None) -> bool | None:
        text = self.values.get(name)
        if text is None:
            return default
        if text.lower() not in ("true", "false"):
            self.problem(name, "must be true or false")
        return text.lower() == "true"

    def moment(self, name: str) -> datetime | None:
        """A time without a zone is UTC."""
        text = self.values.get(name)
        if not text:
            return None
        try:
            # In a query a plus sign stands for a space, and people forget to escape it.
            found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            self.problem(name, "must be a time in ISO 8601, like 2026-11-21T12:00:00Z")
            return None

    def token(self, name: str) -> str:
        """The key in a continuation token; whether it is one of the list's is the catalog's to say."""
        text = self.values.get(name)
        try:
            return read_skip_token(text) if text else ""
        except (ValueError, RecursionError):
            self.problem(name, "is none that this list has answered with")
            return ""

    def problem(self, name: str, message: str) -> None:
        self.problems.append(Problem(name, message, "InvalidParameter"))

    def check(self) -> None:
        """Ends the reading. Raises Refusal 400 if there was any fault."""
        if self.problems:
            message = "; ".join(map(str, self.problems))
            raise Refusal("InvalidParameter", message, 400, self.problems)
