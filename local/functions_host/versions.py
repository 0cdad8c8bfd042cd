"""Orchestration versions: which instances this app may run, by host.json's `defaultVersion` and strategies.

Source: DurableTask.Core's VersioningSettings. An app without a `defaultVersion` runs every version.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_NUMBERS = re.compile(r"\d+(\.\d+){1,3}")


class MatchStrategy(StrEnum):
    """`versionMatchStrategy`."""

    NONE = "None"
    STRICT = "Strict"
    CURRENT_OR_OLDER = "CurrentOrOlder"


class FailureStrategy(StrEnum):
    """`versionFailureStrategy`: leave the instance for an app that can run it, or fail it."""

    REJECT = "Reject"
    FAIL = "Fail"


@dataclass(frozen=True)
class Versions:
    """`current` is what new instances get and others are compared with."""

    current: str | None = None
    match: MatchStrategy = MatchStrategy.CURRENT_OR_OLDER
    failure: FailureStrategy = FailureStrategy.REJECT

    def mismatch(self, version: str | None) -> str | None:
        """Why an instance of this version must not run, None if it may."""
        if not self.current or self.match is MatchStrategy.NONE:
            return None
        difference = compare(version or "", self.current)
        names = f"The orchestration version '{version or ''}'"
        if self.match is MatchStrategy.STRICT and difference != 0:
            return f"{names} does not match the worker version '{self.current}'."
        if self.match is MatchStrategy.CURRENT_OR_OLDER and difference > 0:
            return f"{names} is greater than the worker version '{self.current}'."
        return None


def compare(left: str, right: str) -> int:
    """Negative, zero or positive: two to four numbers as System.Version, anything else as text whatever its
    case; no version is older than any.
    """
    if _NUMBERS.fullmatch(left) and _NUMBERS.fullmatch(right):
        older, newer = _numbers(left) < _numbers(right), _numbers(left) > _numbers(right)
    else:
        older, newer = left.lower() < right.lower(), left.lower() > right.lower()
    return newer - older


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]
