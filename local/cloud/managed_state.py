"""When a long-running operation may be reported as done.

Azure takes minutes where this machine takes milliseconds. How long an operation keeps its intermediate state
is decided here alone: not at all, for a time, or until a test says so. Real work takes its real time besides.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class ManagedState(Protocol):
    def begun(self, started: float) -> None:
        """An operation was accepted at `started`; it may have to queue before it waits."""

    async def wait(self, started: float, what: str) -> None:
        """Returns when an operation begun at `started` (seconds since the epoch) may take effect.

        `what` is its verb and the last part of its resource's type: `PUT virtualMachines`.
        """

    def progress(self, started: float, what: str) -> int:
        """Percent of the way, 0 to 100."""


class Immediately:
    def begun(self, started: float) -> None:
        del started

    async def wait(self, started: float, what: str) -> None:
        del started, what

    def progress(self, started: float, what: str) -> int:
        del started, what
        return 100


@dataclass(frozen=True)
class ByTime:
    """Counts from the recorded start: a restart of the cloud does not begin the wait anew.

    `of` has the seconds of some kinds of operation by their names in lower case, `seconds` those of others.
    Each is longer or shorter by up to `spread` of it, by a chance that a restart repeats.
    """

    seconds: float
    of: Mapping[str, float] = field(default_factory=dict)
    spread: float = 0.0

    def begun(self, started: float) -> None:
        del started

    async def wait(self, started: float, what: str) -> None:
        await asyncio.sleep(max(0.0, started + self.duration(started, what) - time.time()))

    def progress(self, started: float, what: str) -> int:
        duration = self.duration(started, what)
        return min(100, int(100 * (time.time() - started) / duration)) if duration else 100

    def duration(self, started: float, what: str) -> float:
        chance = random.Random(started).uniform(-self.spread, self.spread)  # noqa: S311 - no secret
        return self.of.get(what.lower(), self.seconds) * (1 + chance)


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

    async def wait(self, started: float, what: str) -> None:
        del what
        due = self._seen[started] + self.ticks
        async with self._changed:
            await self._changed.wait_for(lambda: self._count >= due)

    def progress(self, started: float, what: str) -> int:
        del what
        return min(100, 100 * (self._count - self._seen.get(started, self._count)) // self.ticks)
