"""The worker's end of the connection to its host: one thread that reads, and writing from any thread."""

import os
import socket
import threading
import traceback
from collections import deque
from collections.abc import Callable

from . import frames

_READ_BYTES = 1 << 18


class HostLink:
    """Sends from the thread that has something to say; ends the process when the host is gone."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._waiting: deque[bytes] = deque()
        self._writing = threading.Lock()

    def listen(self, receive: Callable[[str, frames.Body], None]) -> None:
        """Calls `receive` in a thread of its own with each message."""
        threading.Thread(target=self._read, args=[receive], name="host-link", daemon=True).start()

    def send(self, name: str, body: frames.Body) -> None:
        """Whoever finds nobody writing writes for all: no thread waits for another's frame to go out, and
        frames that come together leave together.
        """
        self._waiting.append(frames.encode(name, body))
        while self._waiting and self._writing.acquire(blocking=False):
            try:
                self._write()
            finally:
                self._writing.release()

    def _write(self) -> None:
        together = bytearray()
        while self._waiting:
            together += self._waiting.popleft()
        try:
            self._connection.sendall(together)
        except OSError:
            os._exit(0)

    def _read(self, receive: Callable[[str, frames.Body], None]) -> None:
        decoder = frames.Decoder()
        try:
            while data := self._connection.recv(_READ_BYTES):
                for name, body in decoder.feed(data):
                    receive(name, body)
        except ConnectionError:
            pass
        except Exception:  # noqa: BLE001 - nobody is left to hear of it, and the host redelivers
            traceback.print_exc()
        finally:
            os._exit(0)
