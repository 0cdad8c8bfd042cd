"""Maintenance windows: when a cycle may start builds."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Window:
    """From `start` to `end` (hh:mm, in `zone`) on `days`; with an earlier end it goes over midnight."""

    start: str
    end: str
    days: tuple[str, ...] = DAYS
    zone: str = "UTC"

    def next_open(self, moment: datetime) -> datetime:
        """`moment` (aware) if the window is open then, else when it opens next; in the zone's time."""
        zone = ZoneInfo(self.zone)
        local = moment.astimezone(zone)
        opens, closes = time.fromisoformat(self.start), time.fromisoformat(self.end)
        for ahead in range(-1, 8):
            day = local.date() + timedelta(days=ahead)
            if DAYS[day.weekday()] not in self.days:
                continue
            start = datetime.combine(day, opens, zone)
            end = datetime.combine(day + timedelta(days=closes <= opens), closes, zone)
            if local < end:
                return max(local, start)
        raise ValueError("a window without days never opens")
