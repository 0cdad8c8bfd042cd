"""When a long-running operation may be reported as done.

Azure takes minutes where this machine takes milliseconds. How long an operation keeps its intermediate state
is decided here alone: not at all, for a time, or until a test says so. Real work takes its real time besides.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Protocol


class ManagedState(Protocol):
    def begun(self, started: float) -> None:
        """An operation was accepted at `started`; it may have to queue before it waits."""

    async def wait(self, started: float) -> None:
        """Returns when an operation begun at `started` (seconds since the epoch) may take effect."""

    def progress(self, started: float) -> int:
        """Percent of the way, 0 to 100."""


class Immediately:
    def begun(self, started: float) -> None:
        del started

    async def wait(self, started: float) -> None:
        del started

    def progress(self, started: float) -> int:
        del started
        return 100


@dataclass(frozen=True)
class ByTime:
    """Counts from the recorded start: a restart of the cloud does not begin the wait anew."""

    seconds: float

    def begun(self, started: float) -> None:
        del started

    async def wait(self, started: float) -> None:
        await asyncio.sleep(max(0.0, started + self.seconds - time.time()))

    def progress(self, started: float) -> int:
        return min(100, int(100 * (time.time() - started) / self.seconds))


@dataclass
class ByTick:
    """Each operation needs `ticks` calls of `tick` after it began."""

    ticks: int
    _count: int = 0
    _seen: dict[float, int] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def begun(self, started: float) -> None:
        self._seen[started] = self._count

    async def tick(self) -> None:
        async with self._changed:
            self._count += 1
            self._changed.notify_all()

    async def wait(self, started: float) -> None:
        due = self._seen[started] + self.ticks
        async with self._changed:
            await self._changed.wait_for(lambda: self._count >= due)

    def progress(self, started: float) -> int:
        return min(100, 100 * (self._count - self._seen.get(started, self._count)) // self.ticks)
