"""The time as ARM writes it."""

from datetime import UTC, datetime


def now() -> str:
    """The current time, UTC, ISO 8601 with microseconds, as in `startTime` of an operation."""
    return datetime.now(UTC).isoformat()
