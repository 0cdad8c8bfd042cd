"""Schedules: NCRONTAB expressions, and days after Patch Tuesday, in a time zone.

NCRONTAB has six fields, seconds first ("NCRONTAB expressions" of Azure Functions). Patch Tuesday, the second
one of a month, is when Microsoft releases security updates. What a clock skips in spring happens an hour
later by the clock; what it repeats in autumn happens once.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from croniter import CroniterError, croniter

TUESDAY = 1
FIELDS = 6


class ScheduleError(ValueError):
    """The schedule cannot be read; the message says why."""


@dataclass(frozen=True)
class Schedule:
    """Either `cron`, or `days_after_patch_tuesday` (0 to 27) at `at` (hh:mm); `zone` is an IANA name."""

    zone: str = "UTC"
    cron: str = ""
    days_after_patch_tuesday: int | None = None
    at: str = "00:00"

    def check(self) -> None:
        """Raises ScheduleError."""
        self._zone()
        if bool(self.cron) == (self.days_after_patch_tuesday is not None):
            raise ScheduleError("needs either cron or daysAfterPatchTuesday")
        if self.cron:
            self._check_cron()
        else:
            self._time()
            if not 0 <= (self.days_after_patch_tuesday or 0) <= 27:  # noqa: PLR2004 - then comes the next one
                raise ScheduleError("daysAfterPatchTuesday must be from 0 to 27")

    def next_after(self, moment: datetime) -> datetime:
        """The first occurrence after `moment` (aware), in UTC."""
        if self.cron:
            return self._next_of_cron(moment)
        month = moment.astimezone(self._zone()).date().replace(day=1) - timedelta(days=1)
        while True:
            occurrence = self._after_patch_tuesday(month.replace(day=1))
            if occurrence > moment:
                return occurrence
            month = month.replace(day=1) + timedelta(days=32)

    def last_before(self, moment: datetime, since: datetime) -> datetime | None:
        """The last occurrence after `since` that is not after `moment`; None when there was none."""
        found = None
        occurrence = self.next_after(since)
        while occurrence <= moment:
            found = occurrence
            occurrence = self.next_after(occurrence)
        return found

    def _next_of_cron(self, moment: datetime) -> datetime:
        """Counts in the clock's own time, in which an hour that is repeated exists once."""
        local = moment.astimezone(self._zone()).replace(tzinfo=None)
        times = croniter(self.cron, local, second_at_beginning=True)
        while True:
            shown: datetime = times.get_next(datetime)
            occurrence = shown.replace(tzinfo=self._zone()).astimezone(UTC)
            if occurrence > moment:
                return occurrence

    def _after_patch_tuesday(self, first: date) -> datetime:
        second_tuesday = first + timedelta(days=(TUESDAY - first.weekday()) % 7 + 7)
        day = second_tuesday + timedelta(days=self.days_after_patch_tuesday or 0)
        return datetime.combine(day, self._time(), self._zone()).astimezone(UTC)

    def _check_cron(self) -> None:
        if len(self.cron.split()) != FIELDS:
            raise ScheduleError(f"cron: {self.cron!r} must have six fields, seconds first")
        try:
            croniter(self.cron, datetime.now(UTC), second_at_beginning=True).get_next(datetime)
        except (CroniterError, ValueError) as error:
            raise ScheduleError(f"cron: {error}") from error

    def _zone(self) -> ZoneInfo:
        try:
            return ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ScheduleError(f"zone: there is no time zone {self.zone!r}") from error

    def _time(self) -> time:
        try:
            return time.fromisoformat(self.at)
        except ValueError as error:
            raise ScheduleError(f"at: {self.at!r} must be hh:mm") from error
