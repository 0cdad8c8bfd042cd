"""Lengths of time as Go writes them, and so Packer and AIB: `5m`, `1h30m`, `90s`, `1.5h`."""

import re
from fractions import Fraction

_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|h|m|s)")
_WHOLE = re.compile(f"(?:{_PART.pattern})+")
_SECONDS = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}


def duration_seconds(text: str) -> int | None:
    """Whole seconds, rounded up; None if the text is no such length of time."""
    if not _WHOLE.fullmatch(text):
        return None
    total = sum((Fraction(number) * _SECONDS[unit] for number, unit in _PART.findall(text)), Fraction())
    return -int(-total // 1)


def duration_text(seconds: int) -> str:
    """The same length of time as text: 5400 is `1h30m`."""
    hours, minutes = divmod(seconds // 60, 60)
    parts = ((hours, "h"), (minutes, "m"), (seconds % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


def restart_timeout(text: str) -> str | None:
    """The rule for how long a restart may take: more than nothing, and at most the longest build."""
    seconds = duration_seconds(text)
    if seconds is None:
        return "must be a length of time like 5m, 90s or 1h30m"
    longest = 960 * 60
    return None if 0 < seconds <= longest else "must be between 1s and 16h"
