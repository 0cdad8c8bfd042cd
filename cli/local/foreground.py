"""`up` without --detach: stays with the parts and starts again what dies."""

import time
from collections import deque

from cli.errors import UnreachableError
from cli.local.home import Home
from cli.local.supervisor import bring_up, status
from cli.output import say

LOOK_SECONDS = 0.5
MOST_RESTARTS = 3
WINDOW_SECONDS = 60.0


def watch(home: Home) -> None:
    """Returns never; Ctrl-C interrupts it. Raises `UnreachableError` for parts that do not stay up."""
    say("Ctrl-C stops everything")
    restarts: deque[float] = deque(maxlen=MOST_RESTARTS)
    while True:
        time.sleep(LOOK_SECONDS)
        dead = [name for name, running in status(home).items() if running is None]
        if not dead:
            continue
        now = time.monotonic()
        if len(restarts) == MOST_RESTARTS and now - restarts[0] < WINDOW_SECONDS:
            raise UnreachableError(f"{', '.join(dead)} died again and again; see {home.logs}")
        restarts.append(now)
        say(f"{', '.join(dead)} died; see {home.logs}")
        bring_up(home)
