"""Times in .NET's format strings, which ARM's date functions take ("Custom date and time format strings")."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

# A single letter stands for a whole format ("Standard date and time format strings").
_STANDARD = {
    "d": "MM/dd/yyyy",
    "s": "yyyy-MM-ddTHH:mm:ss",
    "u": "yyyy-MM-dd HH:mm:ss'Z'",
    "o": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "O": "yyyy-MM-ddTHH:mm:ss.fffffffK",
    "r": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "R": "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
    "t": "HH:mm",
    "T": "HH:mm:ss",
}
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_PART = re.compile(r"'[^']*'|\\.|yyyy|yy|M{1,4}|d{1,4}|HH?|hh?|mm?|ss?|f{1,7}|tt?|z{1,3}|K|.", re.DOTALL)
_ZONES = {"K": "Z", "zzz": "+00:00"}
_FIELDS: dict[str, Callable[[datetime], str]] = {
    "yyyy": lambda t: f"{t.year:04}",
    "yy": lambda t: f"{t.year % 100:02}",
    "MMMM": lambda t: _MONTHS[t.month - 1],
    "MMM": lambda t: _MONTHS[t.month - 1][:3],
    "MM": lambda t: f"{t.month:02}",
    "M": lambda t: str(t.month),
    "dddd": lambda t: _DAYS[t.weekday()],
    "ddd": lambda t: _DAYS[t.weekday()][:3],
    "dd": lambda t: f"{t.day:02}",
    "d": lambda t: str(t.day),
    "HH": lambda t: f"{t.hour:02}",
    "H": lambda t: str(t.hour),
    "hh": lambda t: f"{t.hour % 12 or 12:02}",
    "h": lambda t: str(t.hour % 12 or 12),
    "mm": lambda t: f"{t.minute:02}",
    "m": lambda t: str(t.minute),
    "ss": lambda t: f"{t.second:02}",
    "s": lambda t: str(t.second),
    "tt": lambda t: "AM" if t.hour < 12 else "PM",  # noqa: PLR2004 - noon
    "t": lambda t: "A" if t.hour < 12 else "P",  # noqa: PLR2004
}


class DateFormatError(ValueError):
    """A format string that .NET would refuse, or that has a part which is not supported here."""


def format_date(time: datetime, pattern: str) -> str:
    """`time` as .NET's DateTime.ToString(pattern) writes it in the invariant culture."""
    if len(pattern) == 1:
        if pattern not in _STANDARD:
            raise DateFormatError(f"the date format {pattern!r} is not supported here")
        pattern = _STANDARD[pattern]
    # ARM converts what it formats to UTC.
    return "".join(_written(time.astimezone(UTC), part) for part in _PART.findall(pattern))


def _written(time: datetime, part: str) -> str:
    """One part of a format; `time` is in UTC."""
    if part in _ZONES:
        return _ZONES[part]
    if part in _FIELDS:
        return _FIELDS[part](time)
    if part[0] == "f":
        return f"{time.microsecond:06}0"[: len(part)]
    if part[0] in "zg":
        raise DateFormatError(f"the part {part!r} of a date format is not supported here")
    return part[1:-1] if part[0] == "'" else part.removeprefix("\\")
