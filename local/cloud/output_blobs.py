"""The output of a script as an append blob that grows while the script runs.

Bytes are gathered and written about four times a second: one request per line would be slower than the
script.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError
from azure.storage.blob import BlobClient

FLUSH_SECONDS = 0.25
BLOCK_BYTES = 4 * 1024 * 1024
TAIL_BYTES = 4096  # what the instance view shows


class OutputBlobError(Exception):
    """The blob that the request named cannot be written; says why."""


class OutputStream:
    """Collects one stream of a script: its last 4 KiB, and all of it in a blob when a SAS URL is given."""

    def __init__(self, blob_url: str | None) -> None:
        self._blob = BlobClient.from_blob_url(blob_url) if blob_url else None
        self._lock = threading.Lock()
        self._pending = bytearray()
        self._tail = b""
        self._done = threading.Event()

    def write(self, data: bytes) -> None:
        with self._lock:
            self._tail = (self._tail + data)[-TAIL_BYTES:]
            if self._blob:
                self._pending += data

    def tail(self) -> str:
        return self._tail.decode(errors="replace")

    @contextmanager
    def flushing(self) -> Iterator[None]:
        """Creates the blob (an old one is replaced), writes in the background, and writes the rest at the
        end.

        Raises OutputBlobError when the blob cannot be written.
        """
        if self._blob is None:
            yield
            return
        with self._blob:
            self._guarded(self._blob.create_append_blob)
            flusher = threading.Thread(target=self._flush_until_done, args=(self._blob,), daemon=True)
            flusher.start()
            try:
                yield
            finally:
                self._done.set()
                flusher.join()
            self._guarded(lambda: self._flush(self._blob))

    def _flush_until_done(self, blob: BlobClient) -> None:
        while not self._done.wait(FLUSH_SECONDS):
            try:
                self._flush(blob)
            except AzureError:
                continue  # the bytes are kept; the last flush reports what stays wrong

    def _flush(self, blob: BlobClient | None) -> None:
        while blob and (block := self._peek()):
            blob.append_block(block)
            with self._lock:
                del self._pending[: len(block)]

    def _peek(self) -> bytes:
        with self._lock:
            return bytes(self._pending[:BLOCK_BYTES])

    def _guarded(self, write: Callable[[], object]) -> None:
        try:
            write()
        except AzureError as error:
            raise OutputBlobError(f"The output blob could not be written: {error.message}") from error
