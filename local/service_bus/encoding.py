"""Where an encoded AMQP value ends, and what a binary holds: told by its constructor, without decoding it.

Source: AMQP 1.0, part 1.2 ("Constructors") and 1.6: the upper half of a constructor gives the width.
"""

from local.service_bus.errors import undecodable

_DESCRIBED = 0x00
_FIXED_BYTES = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_SHORT, _LONG = (0xA, 0xC, 0xE), (0xB, 0xD, 0xF)  # behind a size of one byte, and of four


def value_end(raw: bytes, start: int) -> int:
    """Where the value that begins at `start` ends. Raises BusError if it is none, or cut off."""
    at = start
    try:
        while raw[at] == _DESCRIBED:
            at = _plain_end(raw, at + 1)
        at = _plain_end(raw, at)
    except (IndexError, KeyError) as error:
        raise undecodable(f"there is no AMQP value at byte {start}") from error
    if at > len(raw):
        raise undecodable(f"the value at byte {start} is cut off")
    return at


def binary_at(raw: bytes, start: int) -> bytes | None:
    """The bytes of the binary that begins at `start` and is whole; None for a value of another type."""
    match raw[start]:
        case 0xA0:
            return raw[start + 2 : start + 2 + raw[start + 1]]
        case 0xB0:
            size = int.from_bytes(raw[start + 1 : start + 5], "big")
            return raw[start + 5 : start + 5 + size]
        case _:
            return None


def _plain_end(raw: bytes, at: int) -> int:
    width = raw[at] >> 4
    if width in _SHORT:
        return at + 2 + raw[at + 1]
    if width in _LONG:
        return at + 5 + int.from_bytes(raw[at + 1 : at + 5], "big")
    return at + 1 + _FIXED_BYTES[width]
