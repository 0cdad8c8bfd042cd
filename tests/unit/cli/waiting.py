"""Waiting for another process to do something, as long as it takes and no longer."""

import time
from collections.abc import Callable

LONGEST_SECONDS = 30.0


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONGEST_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)
