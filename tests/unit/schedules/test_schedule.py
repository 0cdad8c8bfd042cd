"""Schedules at their edges: clock changes, months, and what lies between two looks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.schedules.schedule import Schedule, ScheduleError
from shared.schedules.window import DAYS, Window


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (Schedule(days_after_patch_tuesday=0), "2026-11-01T00:00:00+00:00", "2026-11-10T00:00:00+00:00"),
        (Schedule(days_after_patch_tuesday=0), "2026-11-10T00:00:00+00:00", "2026-12-08T00:00:00+00:00"),
        # The second Tuesday and 25 days of December 2026 lie in January.
        (Schedule(days_after_patch_tuesday=25), "2027-01-01T00:00:00+00:00", "2027-01-02T00:00:00+00:00"),
        (
            Schedule("Europe/Berlin", days_after_patch_tuesday=3, at="22:30"),
            "2026-11-12T00:00:00+00:00",
            "2026-11-13T21:30:00+00:00",
        ),
        (Schedule(cron="0 30 2 * * *"), "2026-11-12T02:30:00+00:00", "2026-11-13T02:30:00+00:00"),
        # 02:30 does not exist on this day in Berlin.
        (
            Schedule("Europe/Berlin", cron="0 30 2 * * *"),
            "2026-03-28T12:00:00+00:00",
            "2026-03-29T01:30:00+00:00",
        ),
    ],
)
def test_the_next_occurrence(schedule: Schedule, after: str, expected: str) -> None:
    schedule.check()
    assert schedule.next_after(at(after)) == at(expected)


def test_what_a_clock_repeats_happens_once() -> None:
    schedule = Schedule("Europe/Berlin", cron="0 30 2 * * *")
    first = schedule.next_after(at("2026-10-24T12:00:00+00:00"))
    assert schedule.next_after(first) - first > timedelta(hours=20)


def test_what_was_missed_while_nobody_looked_is_found_once() -> None:
    schedule = Schedule(cron="0 0 * * * *")
    now = at("2026-11-12T05:20:00+00:00")
    assert schedule.last_before(now, at("2026-11-12T00:00:00+00:00")) == at("2026-11-12T05:00:00+00:00")
    assert schedule.last_before(now, at("2026-11-12T05:00:00+00:00")) is None


@pytest.mark.parametrize(
    ("schedule", "message"),
    [
        (Schedule("Nowhere/Land", cron="0 0 0 * * *"), "zone: there is no time zone 'Nowhere/Land'"),
        (Schedule("../etc/passwd", cron="0 0 0 * * *"), "zone: there is no time zone"),
        (Schedule(), "needs either cron or daysAfterPatchTuesday"),
        (Schedule(cron="0 0 0 * * *", days_after_patch_tuesday=1), "needs either"),
        (Schedule(cron="* * * * *"), "must have six fields"),
        (Schedule(cron="0 99 0 * * *"), "cron: "),
        (Schedule(days_after_patch_tuesday=40), "must be from 0 to 27"),
        (Schedule(days_after_patch_tuesday=1, at="25:00"), "must be hh:mm"),
    ],
)
def test_a_faulty_schedule_says_why(schedule: Schedule, message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        schedule.check()


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
moments = st.integers(0, 4 * 366 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))
zones = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


@given(moments, zones, st.integers(0, 27))
def test_occurrences_after_patch_tuesday_come_once_a_month(moment: datetime, zone: str, days: int) -> None:
    schedule = Schedule(zone, days_after_patch_tuesday=days, at="03:00")
    first = schedule.next_after(moment)
    second = schedule.next_after(first)
    assert moment < first < second
    assert timedelta(days=27) < second - first < timedelta(days=36)


@given(moments, zones, st.lists(st.sampled_from(DAYS), min_size=1, unique=True))
def test_a_window_opens_on_its_days_alone(moment: datetime, zone: str, days: list[str]) -> None:
    window = Window("22:00", "04:00", tuple(days), zone)
    opened = window.next_open(moment)
    assert opened >= moment
    began = opened - timedelta(hours=6)
    assert DAYS[opened.weekday()] in days or DAYS[began.weekday()] in days
    assert window.next_open(opened) == opened


def test_a_window_that_is_open_does_not_wait() -> None:
    window = Window("08:00", "18:00", ("Mon", "Tue"))
    assert window.next_open(at("2026-11-23T09:00:00+00:00")) == at("2026-11-23T09:00:00+00:00")
    assert window.next_open(at("2026-11-23T18:00:00+00:00")) == at("2026-11-24T08:00:00+00:00")
    assert window.next_open(at("2026-11-24T18:00:00+00:00")) == at("2026-11-30T08:00:00+00:00")
