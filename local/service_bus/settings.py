"""What an entity is told when it is created. Times are in milliseconds, None means without end.

The defaults are Azure's for an entity created without properties.
"""

from dataclasses import dataclass

MINUTE_MS = 60_000
LARGEST_MESSAGE_BYTES = 262_144
"""A message's size in the Standard tier, headers included."""


@dataclass(frozen=True)
class QueueSettings:
    """Of a queue or a subscription. `duplicate_window_ms` is None where duplicates are not looked for."""

    lock_ms: int = MINUTE_MS
    max_delivery_count: int = 10
    requires_session: bool = False
    time_to_live_ms: int | None = None
    dead_letter_on_expiration: bool = False
    duplicate_window_ms: int | None = None


@dataclass(frozen=True)
class TopicSettings:
    """Of a topic."""

    time_to_live_ms: int | None = None
    duplicate_window_ms: int | None = None
