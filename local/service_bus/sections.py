"""AMQP message sections, taken apart for storing; values are read and written with proton's codec.

Only what the service must change is decoded and encoded again (annotations); properties, application
properties and body pass through as the bytes that came. Source: AMQP 1.0, part 3.2.
"""

from collections.abc import Mapping
from typing import TypeAlias

from proton import Data, DataException, Described

from local.service_bus.content import Content
from local.service_bus.encoding import binary_at, value_end
from local.service_bus.errors import BusError, invalid, undecodable

AmqpMap: TypeAlias = "dict[object, object]"

_HEADER, _ANNOTATIONS = 0x70, 0x72
_PROPERTIES, _APPLICATION_PROPERTIES, _LAST = 0x73, 0x74, 0x78
_BEFORE_BODY = tuple(bytes([code]) for code in range(_HEADER, _APPLICATION_PROPERTIES + 1))
_DATA, _FOOTER = b"\x75", b"\x78"
_SECTION, _DESCRIPTOR_BYTES = b"\x00\x53", 3
_TTL, _MESSAGE_ID, _SESSION_ID = 2, 0, 10  # positions in header and properties
_SCHEDULED = "x-opt-scheduled-enqueue-time"
_KEPT_ANNOTATIONS = frozenset({_SCHEDULED, "x-opt-partition-key", "x-opt-via-partition-key"})


def split(raw: bytes) -> tuple[dict[int, bytes], bytes]:
    """The sections before the body by their code, and body with footer. Raises BusError."""
    found: dict[int, bytes] = {}
    offset = 0
    while raw.startswith(_SECTION, offset) and raw[offset + 2 : offset + 3] in _BEFORE_BODY:
        end = value_end(raw, offset)
        found[raw[offset + 2]] = raw[offset:end]
        offset = end
    return found, raw[offset:]


def parse_transfer(raw: bytes) -> list[Content]:
    """The message, or the messages of a batch, as a sender encoded them. Raises BusError.

    Service Bus marks a batch by the transfer's message format, which proton does not show. A batch is known
    by its shape: a body of data sections, each of which is a whole encoded message.
    """
    sections, body = split(raw)
    if _APPLICATION_PROPERTIES not in sections and body[2:3] == _DATA:
        parts = _data_sections(body)
        if parts and all(_is_message(part) for part in parts):
            return [parse_message(part) for part in parts]
    return [_content(sections, body)]


def parse_message(raw: bytes) -> Content:
    """A message as a sender encoded it. Raises BusError if it is not one."""
    return _content(*split(raw))


def _content(sections: dict[int, bytes], body: bytes) -> Content:
    _check_body(body)
    [ttl] = _fields(sections.get(_HEADER), _TTL)
    message_id, session_id = _fields(sections.get(_PROPERTIES), _MESSAGE_ID, _SESSION_ID)
    annotations = decode_map(sections.get(_ANNOTATIONS, b""))
    scheduled = annotations.get(_SCHEDULED)
    own = {name: value for name, value in annotations.items() if _is_senders(str(name))}
    properties = sections.get(_APPLICATION_PROPERTIES, b"")
    if properties:
        _decode(Data(), properties)
    return Content(
        annotations=_section(_ANNOTATIONS, own) if own else b"",
        properties=sections.get(_PROPERTIES, b""),
        application_properties=properties,
        body=body,
        message_id=as_text(message_id),
        session_id=as_text(session_id),
        ttl_ms=int(ttl) if isinstance(ttl, int) else None,
        scheduled_ms=int(scheduled) if isinstance(scheduled, int) else None,
    )


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


def _check_body(body: bytes) -> None:
    """Its sections must be whole; what they hold is the receiver's matter."""
    if not body:
        raise undecodable("the message has no body section")
    offset = 0
    while offset < len(body):
        if not body.startswith(_SECTION, offset):
            raise undecodable(f"there is no section at byte {offset} of the body")
        offset = value_end(body, offset)


def _data_sections(body: bytes) -> list[bytes]:
    """What they hold; nothing where the body is not made of them. Raises BusError."""
    found: list[bytes] = []
    offset = 0
    while offset < len(body) and body[offset + 2 : offset + 3] != _FOOTER:
        end = value_end(body, offset)
        held = binary_at(body, offset + _DESCRIPTOR_BYTES)
        if held is None:
            return []
        found.append(held)
        offset = end
    return found


def _is_message(raw: bytes) -> bool:
    offset = 0
    try:
        while offset < len(raw):
            if not raw.startswith(_SECTION, offset) or not _HEADER <= raw[offset + 2] <= _LAST:
                return False
            offset = value_end(raw, offset)
    except (BusError, IndexError):
        return False
    return bool(raw)


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
