"""What stands before the sender's own sections when a message is delivered: header and annotations.

It is written for every delivery, so it is put together from bytes that never change and numbers of fixed
width; a test reads it with proton's decoder. Source: AMQP 1.0, parts 1.6 and 3.2; "AMQP 1.0 in Azure Service
Bus: protocol guide" for the annotations.
"""

from functools import lru_cache
from struct import Struct

from local.service_bus.records import Record

_MAP8 = 0xC1
_NULL, _TRUE, _FALSE, _PRIORITY = b"\x40", b"\x41", b"\x42", b"\x50\x04"
_UINT, _INT, _LONG = Struct(">BI"), Struct(">i"), Struct(">q")
_MAP = Struct(">4sII")  # a section with a long map: its size and how many keys and values follow
_LARGEST_UINT = 0xFFFFFFFF


def _key(name: str, constructor: int) -> bytes:
    """A symbol, and the constructor of the value that follows it."""
    return bytes([0xA3, len(name)]) + name.encode() + bytes([constructor])


_UUID, _TIMESTAMP, _OF_LONG, _OF_INT, _STRING = 0x98, 0x83, 0x81, 0x71, 0xB1
_LOCK_TOKEN = b"\x00\x53\x71\xc1\x24\x02" + _key("x-opt-lock-token", _UUID)
_ENQUEUED_TIME = _key("x-opt-enqueued-time", _TIMESTAMP)
_SEQUENCE = _key("x-opt-sequence-number", _OF_LONG)
_ENQUEUED_SEQUENCE = _key("x-opt-enqueue-sequence-number", _OF_LONG)
_STATE = _key("x-opt-message-state", _OF_INT)
_LOCKED_UNTIL = _key("x-opt-locked-until", _TIMESTAMP)
_DEAD_LETTER_SOURCE = _key("x-opt-deadletter-source", _STRING)


def encode_delivery(record: Record, locked_until_ms: int | None) -> bytes:
    """The message as a receiver gets it."""
    content = record.content
    return b"".join(
        (
            _header(content.ttl_ms, record.deliveries),
            _delivery_annotations(record.lock_token),
            _annotations(record, locked_until_ms),
            content.properties,
            content.application_properties,
            content.body,
        )
    )


@lru_cache(maxsize=256)
def _header(ttl_ms: int | None, deliveries: int) -> bytes:
    """Durable, of priority 4, and not only for the first who acquires it."""
    ttl = _NULL if ttl_ms is None else _UINT.pack(0x70, min(ttl_ms, _LARGEST_UINT))
    items = _TRUE + _PRIORITY + ttl + _FALSE + _UINT.pack(0x70, deliveries)
    return b"\x00\x53\x70\xc0" + bytes([len(items) + 1, 5]) + items


def _delivery_annotations(lock_token: bytes | None) -> bytes:
    """The token is stored in .NET's byte order, an AMQP UUID is in the network's."""
    if lock_token is None:
        return b""
    return _LOCK_TOKEN + lock_token[3::-1] + lock_token[5:3:-1] + lock_token[7:5:-1] + lock_token[8:]


def _annotations(record: Record, locked_until_ms: int | None) -> bytes:
    count, own = _pairs(record.content.annotations)
    parts = [
        own,
        _ENQUEUED_TIME,
        _LONG.pack(record.due_ms or record.enqueued_ms),
        _SEQUENCE,
        _LONG.pack(record.sequence),
        _ENQUEUED_SEQUENCE,
        _LONG.pack(record.enqueued_sequence),
        _STATE,
        _INT.pack(record.state),
    ]
    if record.dead_letter_source is not None:
        name = record.dead_letter_source.encode()
        parts += (_DEAD_LETTER_SOURCE, len(name).to_bytes(4, "big"), name)
    if record.lock_token is not None:
        parts += (_LOCKED_UNTIL, _LONG.pack(locked_until_ms or 0))
    added = 4 + (record.dead_letter_source is not None) + (record.lock_token is not None)
    pairs = b"".join(parts)
    return _MAP.pack(b"\x00\x53\x72\xd1", len(pairs) + 4, count + 2 * added) + pairs


def _pairs(section: bytes) -> tuple[int, bytes]:
    """How many keys and values the map in a section holds, and the bytes of them."""
    if not section:
        return 0, b""
    if section[3] == _MAP8:
        return section[5], section[6:]
    return int.from_bytes(section[8:12], "big"), section[12:]
