"""NCRONTAB schedules."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from local.functions_host.ncrontab import Schedule


def after(text: str, moment: str, zone: tzinfo = UTC) -> str:
    start = datetime.fromisoformat(moment).replace(tzinfo=zone)
    found = Schedule(text, zone).next(start.timestamp())
    return datetime.fromtimestamp(found, zone).strftime("%Y-%m-%dT%H:%M:%S")


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("0 */5 * * * *", "2026-01-01T00:00:00", "2026-01-01T00:05:00"),
        ("*/5 * * * *", "2026-01-01T00:00:01", "2026-01-01T00:05:00"),
        ("0 30 9 * * mon-fri", "2026-01-02T10:00:00", "2026-01-05T09:30:00"),
        ("0 0 0 1 jan *", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("15,45 * * * * *", "2026-01-01T00:00:15", "2026-01-01T00:00:45"),
        ("0 0 0 13 * fri", "2026-03-01T00:00:00", "2026-03-13T00:00:00"),
        ("0 0 12 * * 7", "2026-01-01T00:00:00", "2026-01-04T12:00:00"),
        ("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00"),
        ("01:00:00", "2026-01-01T00:00:30", "2026-01-01T01:00:30"),
    ],
)
def test_next(text: str, moment: str, expected: str) -> None:
    assert after(text, moment) == expected


def test_time_zone_and_the_hour_that_does_not_exist() -> None:
    """02:30 does not exist on 29 March 2026 in Berlin; the run comes at the instant that stands for it."""
    berlin = ZoneInfo("Europe/Berlin")
    assert after("0 30 2 * * *", "2026-03-29T00:00:00", berlin) == "2026-03-29T03:30:00"


@pytest.mark.parametrize(
    "text", ["", "* * *", "60 * * * * *", "* * * * * mon-xyz", "*/0 * * * * *", "0 0 0 30 2 *"]
)
def test_no_schedule(text: str) -> None:
    with pytest.raises(ValueError, match=r"not|never|no valid"):
        Schedule(text).next(0)
