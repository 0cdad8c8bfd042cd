"""AMQP message sections with proton's codec: taken apart for storing, put together for delivery.

Only what the service must change is decoded and encoded again (header, annotations); properties, application
properties and body pass through as the bytes that came. Source: AMQP 1.0, part 3.2.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias
from uuid import UUID

from proton import Data, DataException, Described, int32, symbol, timestamp

from local.service_bus.content import Content
from local.service_bus.errors import BusError, invalid, undecodable
from local.service_bus.records import Record

AmqpMap: TypeAlias = "dict[object, object]"

_HEADER, _DELIVERY_ANNOTATIONS, _ANNOTATIONS = 0x70, 0x71, 0x72
_PROPERTIES, _APPLICATION_PROPERTIES, _DATA, _FOOTER = 0x73, 0x74, 0x75, 0x78
_BEFORE_BODY = range(_HEADER, _DATA)
_SECTION = b"\x00\x53"
_TTL, _MESSAGE_ID, _SESSION_ID = 2, 0, 10  # positions in header and properties
_SCHEDULED = "x-opt-scheduled-enqueue-time"
_KEPT_ANNOTATIONS = frozenset({_SCHEDULED, "x-opt-partition-key", "x-opt-via-partition-key"})
_PRIORITY = 4


def split(raw: bytes) -> tuple[dict[int, bytes], bytes]:
    """The sections before the body by their code, and body with footer. Raises BusError."""
    found: dict[int, bytes] = {}
    offset = 0
    while offset < len(raw) and raw[offset : offset + 2] == _SECTION and raw[offset + 2] in _BEFORE_BODY:
        end = offset + _length(raw, offset)
        found[raw[offset + 2]] = raw[offset:end]
        offset = end
    return found, raw[offset:]


def parse_message(raw: bytes) -> Content:
    """A message as a sender encoded it. Raises BusError if it is not one."""
    sections, body = split(raw)
    if body[:2] != _SECTION:
        raise undecodable("the message has no body section")
    [ttl] = _fields(sections.get(_HEADER), _TTL)
    message_id, session_id = _fields(sections.get(_PROPERTIES), _MESSAGE_ID, _SESSION_ID)
    annotations = decode_map(sections.get(_ANNOTATIONS, b""))
    scheduled = annotations.get(_SCHEDULED)
    own = {name: value for name, value in annotations.items() if _is_senders(str(name))}
    return Content(
        annotations=_section(_ANNOTATIONS, own) if own else b"",
        properties=sections.get(_PROPERTIES, b""),
        application_properties=sections.get(_APPLICATION_PROPERTIES, b""),
        body=body,
        message_id=as_text(message_id),
        session_id=as_text(session_id),
        ttl_ms=int(ttl) if isinstance(ttl, int) else None,
        scheduled_ms=int(scheduled) if isinstance(scheduled, int) else None,
    )


def split_batch(raw: bytes) -> list[bytes] | None:
    """The messages of a batch; None if this is a single message.

    Service Bus marks a batch by the transfer's message format, which proton does not show. A batch is known
    by its shape: a body of data sections, each of which is a whole encoded message.
    """
    sections, body = split(raw)
    if _APPLICATION_PROPERTIES in sections or body[2:3] != bytes([_DATA]):
        return None
    try:
        parts = list(_data_sections(body))
    except BusError:
        return None
    return parts if parts and all(_is_message(part) for part in parts) else None


def encode_delivery(record: Record, locked_until_ms: int | None) -> bytes:
    """The message as a receiver gets it."""
    content = record.content
    annotations = decode_map(content.annotations)
    annotations |= {
        symbol("x-opt-enqueued-time"): timestamp(record.due_ms or record.enqueued_ms),
        symbol("x-opt-sequence-number"): record.sequence,
        symbol("x-opt-enqueue-sequence-number"): record.enqueued_sequence,
        symbol("x-opt-message-state"): int32(record.state),
    }
    if record.dead_letter_source is not None:
        annotations[symbol("x-opt-deadletter-source")] = record.dead_letter_source
    data = Data()
    _put_header(data, content.ttl_ms, record.deliveries)
    if record.lock_token is not None:
        annotations[symbol("x-opt-locked-until")] = timestamp(locked_until_ms or 0)
        lock: AmqpMap = {symbol("x-opt-lock-token"): UUID(bytes_le=record.lock_token)}
        _put_section(data, _DELIVERY_ANNOTATIONS, lock)
    _put_section(data, _ANNOTATIONS, annotations)
    head = bytes(data.encode())
    return head + content.properties + content.application_properties + content.body


def with_properties(application_properties: bytes, changes: Mapping[str, object]) -> bytes:
    """The section with these properties set."""
    return encode_application_properties(decode_map(application_properties) | dict(changes))


def encode_application_properties(properties: AmqpMap) -> bytes:
    """Raises BusError for a value AMQP has no type for."""
    try:
        return _section(_APPLICATION_PROPERTIES, properties)
    except KeyError as error:
        raise invalid(f"a property cannot hold a value of the type {error}") from error


def decode_map(section: bytes) -> AmqpMap:
    """The map in a section; empty for none. Raises BusError."""
    value = _value(section) if section else None
    return value if isinstance(value, dict) else {}


def decode_list(section: bytes) -> list[object]:
    """The list in a section; empty for none. Raises BusError."""
    return _list(section or None)


def owned(value: object) -> object:
    """Proton hands out views of its own buffers: a copy that lives on."""
    if isinstance(value, memoryview):
        return bytes(value)
    if isinstance(value, dict):
        return {owned(name): owned(item) for name, item in value.items()}
    if isinstance(value, list):
        return [owned(item) for item in value]
    return value


def as_text(value: object) -> str | None:
    """A message id may be a string, a number, a UUID or bytes."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    # Proton's number types show their type's name as text.
    return str(int(value)) if isinstance(value, int) else str(value)


def _data_sections(body: bytes) -> Iterator[bytes]:
    offset = 0
    while offset < len(body) and body[offset + 2] != _FOOTER:
        end = offset + _length(body, offset)
        value = _value(body[offset:end])
        if not isinstance(value, bytes):
            raise undecodable("a batch has data sections only")
        yield value
        offset = end


def _is_message(raw: bytes) -> bool:
    if raw[:2] != _SECTION or not _HEADER <= raw[2] < _FOOTER:
        return False
    offset = 0
    try:
        while offset < len(raw):
            if raw[offset : offset + 2] != _SECTION:
                return False
            offset += _length(raw, offset)
    except BusError:
        return False
    return True


def _length(raw: bytes, offset: int) -> int:
    """How many bytes the value at this offset takes. Raises BusError."""
    # A view, not a copy: a batch holds thousands of sections.
    return _decode(Data(), memoryview(raw)[offset:])


def _decode(data: Data, raw: bytes | memoryview) -> int:
    try:
        return data.decode(raw)  # type: ignore[arg-type]  # takes any buffer
    except DataException as error:
        raise undecodable(f"the message cannot be decoded: {error}") from error


def _value(section: bytes) -> object:
    data = Data()
    _decode(data, section)
    data.rewind()
    data.next()
    described = data.get_object()
    return owned(described.value) if isinstance(described, Described) else None


def _list(section: bytes | None) -> list[object]:
    value = _value(section) if section else None
    return value if isinstance(value, list) else []


def _fields(section: bytes | None, *positions: int) -> list[object]:
    """The values at these ascending positions of the list in a section; the others are not made."""
    if section is None:
        return [None] * len(positions)
    data = Data()
    _decode(data, section)
    data.rewind()
    data.next()
    data.enter()
    data.next()
    data.next()
    data.enter()
    found: list[object] = []
    at = -1
    for position in positions:
        while at < position and data.next() is not None:
            at += 1
        found.append(owned(data.get_object()) if at == position else None)
    return found


def _is_senders(annotation: str) -> bool:
    return not annotation.startswith("x-opt-") or annotation in _KEPT_ANNOTATIONS


def _section(code: int, values: AmqpMap) -> bytes:
    data = Data()
    _put_section(data, code, values)
    return bytes(data.encode())


def _put_section(data: Data, code: int, values: AmqpMap) -> None:
    data.put_described()
    data.enter()
    data.put_ulong(code)
    data.put_dict(values)
    data.exit()


def _put_header(data: Data, ttl_ms: int | None, deliveries: int) -> None:
    data.put_described()
    data.enter()
    data.put_ulong(_HEADER)
    data.put_list()
    data.enter()
    data.put_bool(True)
    data.put_ubyte(_PRIORITY)
    if ttl_ms is None:
        data.put_null()
    else:
        data.put_uint(ttl_ms)
    data.put_bool(False)
    data.put_uint(deliveries)
    data.exit()
    data.exit()
