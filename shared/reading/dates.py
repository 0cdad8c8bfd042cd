"""Dates and times as ISO 8601 writes them."""

from datetime import UTC, datetime


def date_and_time(text: str) -> str | None:
    """The rule for a moment: a date, or a date and time with its offset from UTC."""
    moment = _parsed(text)
    return None if moment else "must be a date, or a date and time with its offset: 2027-01-31T12:00:00Z"


def utc_text(text: str) -> str:
    """A moment that `date_and_time` let pass, in UTC and whole seconds. Raises ValueError for another."""
    moment = _parsed(text)
    if moment is None:
        raise ValueError(f"not a moment: {text}")
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _parsed(text: str) -> datetime | None:
    """None where it is no moment, also for one that lies outside of the years that UTC has."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and len(text) > len("2027-01-31"):
            return None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC)
        return moment if moment.astimezone(UTC).year >= 1000 else None  # noqa: PLR2004 - four digits
    except (ValueError, OverflowError):
        return None
