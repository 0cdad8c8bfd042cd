"""The threads that run functions which are not coroutines: PYTHON_THREADPOOL_THREAD_COUNT of them.

A ThreadPoolExecutor does the same with a future, a condition and a wake-up of the event loop for each call,
which costs more than a short activity itself.
"""

import asyncio
import concurrent.futures
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class FunctionThreads:
    """Runs what is submitted, in order, on at most `most` threads, which are started as they are needed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._threads = 0
        self._starting = threading.Lock()
        self._calls: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def submit(self, call: Callable[[], None]) -> None:
        """`call` must not raise."""
        self._calls.put(call)
        if self._threads < self._most:
            with self._starting:
                self._start_one()

    async def run(self, call: Callable[[], T]) -> T:
        """What `call` returns or raises."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - whatever user code raises is the result
                future.set_exception(error)

        self.submit(work)
        return await asyncio.wrap_future(future)

    def _start_one(self) -> None:
        if self._threads < self._most:
            self._threads += 1
            threading.Thread(target=self._work, name=f"function_{self._threads}", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._calls.get()()
