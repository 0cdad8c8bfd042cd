"""One pass of the event loop: what it changed is committed before anything of it is told.

Connections only collect what they have to say; queues that may have something to deliver are noted. At the
end of the pass the queues deliver, one transaction is committed for everything, and only then the connections
speak. A process killed at any point has therefore promised nothing that it does not hold.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from local.service_bus.database import Database

log = logging.getLogger("ServiceBus.Turn")
_UNTOLD_SECONDS = 0.01


class Pumped(Protocol):
    """A queue with deliveries to make."""

    def pump(self) -> None: ...


class Speaker(Protocol):
    """A connection with bytes to send."""

    def flush(self) -> None: ...
    def abort(self) -> None: ...


class Turn:
    """`failed` is called if a commit fails, as when the disk is full: the bus cannot go on then."""

    def __init__(self, database: Database, failed: Callable[[], None]) -> None:
        self._database = database
        self._failed = failed
        # Dictionaries, because they keep the order of arrival and sets do not.
        self._queues: dict[Pumped, None] = {}
        self._speakers: dict[Speaker, None] = {}
        self._scheduled = False
        self._timed = False

    def pump_later(self, queue: Pumped) -> None:
        self._queues[queue] = None
        self._schedule()

    def flush_later(self, speaker: Speaker) -> None:
        self._speakers[speaker] = None
        self._schedule()

    def commit_later(self) -> None:
        """For changes that nobody is told of: many of them share a commit, unless a turn's end has it."""
        if not self._timed:
            self._timed = True
            asyncio.get_running_loop().call_later(_UNTOLD_SECONDS, self._time_is_up)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._end)

    def _time_is_up(self) -> None:
        self._timed = False
        self._end()

    def _end(self) -> None:
        try:
            self._pump()
            self._database.commit()
        except Exception:
            log.exception("the changes could not be stored; stopping")
            for speaker in self._speakers:
                speaker.abort()
            self._failed()
            return
        self._scheduled = False
        speakers, self._speakers = self._speakers, {}
        for speaker in speakers:
            speaker.flush()

    def _pump(self) -> None:
        while self._queues:
            queue = next(iter(self._queues))
            del self._queues[queue]
            queue.pump()
