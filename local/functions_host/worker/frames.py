"""Frames between host and worker: four bytes of length (big endian), then one JSON object in UTF-8.

Message names are FunctionRpc's: workerInitRequest, functionMetadataResponse, invocationRequest,
invocationResponse, rpcLog, workerTerminate. A message is `{"<name>": {…}}`.
"""

import asyncio
import json

from local.functions_host.settings import Json

Body = dict[str, Json]
_LENGTH_BYTES = 4


def encode(name: str, body: Body) -> bytes:
    payload = json.dumps({name: body}, separators=(",", ":")).encode()
    return len(payload).to_bytes(_LENGTH_BYTES, "big") + payload


async def read(reader: asyncio.StreamReader) -> tuple[str, Body]:
    """The next message. Raises asyncio.IncompleteReadError when the other side is gone."""
    length = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
    message = json.loads(await reader.readexactly(length))
    name = next(iter(message))
    return name, message[name]
