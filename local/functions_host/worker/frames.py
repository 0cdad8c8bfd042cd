"""Frames between host and worker: four bytes of length (big endian), then one MessagePack map.

The map is `{"<name>": {…}}`; names are FunctionRpc's: workerInitRequest,
functionMetadataResponse, invocationRequest, invocationResponse, rpcLog.

MessagePack carries bytes as they are and long text without escaping it.
"""

from collections.abc import Iterator

import msgpack

from local.functions_host.typed_data import Wire

Body = dict[str, Wire]
_LENGTH_BYTES = 4
# User code may log or raise text that came from undecodable bytes.
_TEXT = "surrogatepass"


def encode(name: str, body: Body) -> bytes:
    payload: bytes = msgpack.packb({name: body}, unicode_errors=_TEXT)
    return len(payload).to_bytes(_LENGTH_BYTES, "big") + payload


class Decoder:
    """Cuts what arrives into messages."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[str, Body]]:
        """The messages that `data` completes; go through all of them before the next call."""
        waiting = self._waiting
        waiting += data
        start = 0
        while (begin := start + _LENGTH_BYTES) <= len(waiting):
            end = begin + int.from_bytes(waiting[start:begin], "big")
            if end > len(waiting):
                break
            with memoryview(waiting) as view:
                message = msgpack.unpackb(view[begin:end], unicode_errors=_TEXT, strict_map_key=False)
            start = end
            yield from message.items()
        del waiting[:start]
