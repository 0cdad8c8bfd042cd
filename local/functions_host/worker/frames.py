"""Frames between host and worker: four bytes of length (big endian), then one JSON object in UTF-8.

Message names are FunctionRpc's: workerInitRequest, functionMetadataResponse, invocationRequest,
invocationResponse, rpcLog, workerTerminate. A message is `{"<name>": {…}}`.
"""

import asyncio
import json

from local.functions_host.settings import Json

Body = dict[str, Json]
_LENGTH_BYTES = 4


class FrameWriter:
    """Collects the frames of one pass of the event loop and writes them together: one wake-up for many."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._collected: list[bytes] = []

    def send(self, name: str, body: Body) -> None:
        if not self._collected:
            self._loop.call_soon(self._flush)
        self._collected.append(encode(name, body))

    def close(self) -> None:
        self._writer.close()

    def _flush(self) -> None:
        self._writer.write(b"".join(self._collected))
        self._collected.clear()


def encode(name: str, body: Body) -> bytes:
    payload = json.dumps({name: body}, separators=(",", ":")).encode()
    return len(payload).to_bytes(_LENGTH_BYTES, "big") + payload


async def read(reader: asyncio.StreamReader) -> tuple[str, Body]:
    """The next message. Raises asyncio.IncompleteReadError when the other side is gone."""
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
    message = json.loads(await reader.readexactly(length))
    name = next(iter(message))
    return name, message[name]
