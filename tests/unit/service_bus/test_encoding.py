"""Messages as they come and as they are delivered: what is written by hand is read by proton, and back."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from proton import Data, Described, Message, symbol

from local.service_bus.content import Content
from local.service_bus.delivery_head import encode_delivery
from local.service_bus.encoding import value_end
from local.service_bus.errors import BusError
from local.service_bus.records import Record, State
from local.service_bus.sections import parse_transfer

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(max_size=300)
    | st.binary(max_size=300)
    | st.uuids(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
NUMBERS = st.integers(1, 2**62)


def encoded(value: object, code: int | None = None) -> bytes:
    data = Data()
    if code is None:
        data.put_object(value)
    else:
        data.put_described()
        data.enter()
        data.put_ulong(code)
        data.put_object(value)
        data.exit()
    return bytes(data.encode())


def annotations_of(raw: bytes) -> dict[str, Any]:
    message = Message()
    message.decode(raw)
    found = {**(message.annotations or {}), **(message.instructions or {})}
    return {str(name): value for name, value in found.items()}


@given(VALUES, st.binary(max_size=4))
def test_a_value_ends_where_proton_says(value: object, rest: bytes) -> None:
    raw = encoded(value)
    assert value_end(raw + rest, 0) == len(raw)
    with pytest.raises(BusError):
        value_end(raw[:-1], 0)


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"\x00\x53", b"\x00\x00\x00\x00", b"\x01", b"\xa0", b"\xb0\xff\xff"]
)
def test_what_is_no_value_is_refused(raw: bytes) -> None:
    with pytest.raises(BusError):
        value_end(raw, 0)


@given(
    own=st.dictionaries(st.text("abcdef", min_size=1, max_size=9), st.integers(0, 99), max_size=40),
    ttl_ms=st.none() | st.integers(0, 2**40),
    record=st.builds(
        Record,
        id=NUMBERS,
        queue=st.just("q"),
        sequence=NUMBERS,
        state=st.sampled_from(State),
        enqueued_sequence=NUMBERS,
        enqueued_ms=NUMBERS,
        due_ms=st.none() | NUMBERS,
        expires_ms=st.none(),
        deliveries=st.integers(0, 2**31),
        lock_token=st.none() | st.binary(min_size=16, max_size=16),
        locked_until_ms=st.none(),
        dead_letter_source=st.none() | st.text(max_size=300),
        content=st.none(),
    ),
)
def test_a_delivery_is_what_proton_reads(own: dict[str, int], ttl_ms: int | None, record: Record) -> None:
    annotations = encoded({symbol(name): value for name, value in own.items()}, 0x72) if own else b""
    record.content = Content(annotations, b"", b"", encoded(b"body", 0x75), ttl_ms=ttl_ms)
    raw = encode_delivery(record, 1234)
    expected: dict[str, Any] = {
        **own,
        "x-opt-enqueued-time": record.due_ms or record.enqueued_ms,
        "x-opt-sequence-number": record.sequence,
        "x-opt-enqueue-sequence-number": record.enqueued_sequence,
        "x-opt-message-state": int(record.state),
    }
    if record.dead_letter_source is not None:
        expected["x-opt-deadletter-source"] = record.dead_letter_source
    if record.lock_token is not None:
        lock = UUID(bytes_le=record.lock_token)
        expected |= {"x-opt-locked-until": 1234, "x-opt-lock-token": lock}
    assert annotations_of(raw) == expected
    message = Message()
    message.decode(raw)
    assert (message.delivery_count, message.durable, message.priority) == (record.deliveries, True, 4)
    assert message.body == b"body"
    header = Data()
    header.decode(raw)
    header.rewind()
    header.next()
    described = header.get_object()
    assert isinstance(described, Described)
    assert described.value[2] == (None if ttl_ms is None else min(ttl_ms, 2**32 - 1))


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_a_batch_is_its_messages_and_data_is_one_message(bodies: list[bytes]) -> None:
    messages = [Message(body=body, inferred=True).encode() for body in bodies]
    batch = b"".join(encoded(bytes(message), 0x75) for message in messages)
    assert [each.body for each in parse_transfer(batch)] == [encoded(body, 0x75) for body in bodies]
    [single] = parse_transfer(b"".join(encoded(body, 0x75) for body in [b"no message", *bodies]))
    assert single.body.startswith(encoded(b"no message", 0x75))


def test_a_message_that_is_cut_off_is_refused() -> None:
    raw = bytes(Message(body=b"body", inferred=True, properties={"a": 1}).encode())
    for length in range(len(raw)):
        with pytest.raises(BusError):
            parse_transfer(raw[:length])
