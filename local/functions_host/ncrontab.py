"""NCRONTAB schedules: `{second} {minute} {hour} {day} {month} {day-of-week}`, or a TimeSpan between runs.

Unlike cron, the day of the month AND the day of the week must both match. Five fields mean second 0.
Source: the NCRONTAB reference of Azure Functions' timer trigger.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from .timespan import parse_timespan

_MONTHS = {
    name: i + 1
    for i, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
}
_DAYS = {name: i for i, name in enumerate(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])}
_ABBREVIATION_LENGTH = 3
_FIVE_FIELDS, _SIX_FIELDS = 5, 6
# 30 February never comes; the longest real gap, 29 February on a given weekday, is 40 years.
_SEARCH_YEARS = 41


@dataclass(frozen=True)
class _Range:
    name: str
    low: int
    high: int
    names: dict[str, int]

    def number(self, text: str) -> int:
        value = self.names.get(text[:_ABBREVIATION_LENGTH].lower())
        if value is not None:
            return value
        if not text.isdigit():
            raise ValueError(f"'{text}' is not a {self.name}")
        return int(text) % 7 if self.names is _DAYS and int(text) == 7 else int(text)  # noqa: PLR2004 - Sunday

    def parse(self, field: str) -> frozenset[int]:
        return frozenset().union(*(self._part(part) for part in field.split(",")))

    def _part(self, part: str) -> range:
        body, _, step = part.partition("/")
        low, high = self.low, self.high
        if "-" in body:
            first, last = body.split("-", 1)
            low, high = self.number(first), self.number(last)
        elif body != "*":
            low = self.number(body)
            high = self.high if step else low
        if step and (not step.isdigit() or int(step) == 0):
            raise ValueError(f"'{part}' has no valid step")
        if not self.low <= low <= high <= self.high:
            raise ValueError(f"'{part}' is not within {self.low}-{self.high} for the {self.name}")
        return range(low, high + 1, int(step or 1))


_RANGES = (
    _Range("second", 0, 59, {}),
    _Range("minute", 0, 59, {}),
    _Range("hour", 0, 23, {}),
    _Range("day", 1, 31, {}),
    _Range("month", 1, 12, _MONTHS),
    _Range("day of the week", 0, 6, _DAYS),
)


class Schedule:
    """When a timer fires next. Raises ValueError for text that is no schedule."""

    def __init__(self, text: str, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._interval = 0.0
        parts = text.split()
        if len(parts) == 1 and ":" in text:
            self._interval = parse_timespan(text)
            return
        if len(parts) == _FIVE_FIELDS:
            parts.insert(0, "0")
        if len(parts) != _SIX_FIELDS:
            raise ValueError(f"'{text}' is not a schedule: NCRONTAB has six fields")
        fields = [bounds.parse(part) for bounds, part in zip(_RANGES, parts, strict=True)]
        self._seconds, self._minutes, self._hours, self._days, self._months, self._weekdays = fields

    def next(self, after: float) -> float:
        """The first time after `after`, both in epoch seconds. Raises ValueError if there is none."""
        if self._interval:
            return after + self._interval
        moment = datetime.fromtimestamp(after, self._zone).replace(tzinfo=None, microsecond=0)
        moment += timedelta(seconds=1)
        limit = moment.year + _SEARCH_YEARS
        while moment.year < limit:
            later = self._skip(moment)
            if later is None:
                found = moment.replace(tzinfo=self._zone).timestamp()
                if found > after:
                    return found
                later = moment + timedelta(seconds=1)
            moment = later
        raise ValueError("the schedule never fires")

    def _skip(self, moment: datetime) -> datetime | None:
        """The next moment worth looking at, None if this one matches."""
        midnight = moment.replace(hour=0, minute=0, second=0)
        if moment.month not in self._months:
            return (midnight.replace(day=1) + timedelta(days=32)).replace(day=1)
        if moment.day not in self._days or moment.isoweekday() % 7 not in self._weekdays:
            return midnight + timedelta(days=1)
        if moment.hour not in self._hours:
            return moment.replace(minute=0, second=0) + timedelta(hours=1)
        if moment.minute not in self._minutes:
            return moment.replace(second=0) + timedelta(minutes=1)
        if moment.second not in self._seconds:
            return moment + timedelta(seconds=1)
        return None
