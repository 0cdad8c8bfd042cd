""".NET TimeSpan text: `[d.]hh:mm:ss[.fffffff]`."""

import re

_PATTERN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2}(?:\.\d{1,7})?))?")
_DAY, _HOUR, _MINUTE = 86_400, 3_600, 60


def parse_timespan(text: str) -> float:
    """Seconds of a TimeSpan; raises ValueError for anything else."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a time span like 00:05:00 or 1.12:00:00")
    days, hours, minutes, seconds = match.groups()
    return int(days or 0) * _DAY + int(hours) * _HOUR + int(minutes) * _MINUTE + float(seconds or 0)
