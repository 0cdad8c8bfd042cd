"""One timer for everything that becomes due: the ends of locks, schedules, times to live and waits."""

import asyncio
import time
from collections.abc import Callable

_LONGEST_WAIT_MS = 60_000


def now_ms() -> int:
    """Milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


class Alarm:
    """Calls `ring`, which must set the next time, at the earliest time asked for, and at least once a
    minute.
    """

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._at: int | None = None
        self._handle: asyncio.TimerHandle | None = None

    def set(self, at_ms: int) -> None:
        """Rings at this time or, if it rings earlier already, is left as it is."""
        if self._at is not None and self._at <= at_ms:
            return
        self.stop()
        self._at = at_ms
        wait = min(max(at_ms - now_ms(), 0), _LONGEST_WAIT_MS)
        # A millisecond more: the loop's clock may be a fraction ahead of the wall's.
        self._handle = asyncio.get_running_loop().call_later((wait + 1) / 1000, self._rings)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle, self._at = None, None

    def _rings(self) -> None:
        self._handle, self._at = None, None
        self._ring()
