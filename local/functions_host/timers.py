"""What is due later: durable timers and scheduled signals, fired when their time comes, without polling."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

# A wall clock may be set; sleeping at most this long bounds how late its new time is noticed.
_LONGEST_SLEEP_SECONDS = 60.0


class DueQueue:
    """Callbacks by wall-clock time (seconds since the epoch). Forgotten at exit: the store has what must
    survive.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._handle: asyncio.TimerHandle | None = None

    def at(self, due: float, action: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (due, next(self._order), action))
        if self._heap[0][2] is action:
            self._arm()

    async def wait_until(self, due: float) -> None:
        reached = asyncio.Event()
        self.at(due, reached.set)
        await reached.wait()

    def stop(self) -> None:
        self._heap.clear()
        if self._handle is not None:
            self._handle.cancel()

    def _arm(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        if self._heap:
            delay = min(max(self._heap[0][0] - time.time(), 0.0), _LONGEST_SLEEP_SECONDS)
            self._handle = asyncio.get_running_loop().call_later(delay, self._fire)

    def _fire(self) -> None:
        while self._heap and self._heap[0][0] <= time.time():
            heapq.heappop(self._heap)[2]()
        self._arm()
