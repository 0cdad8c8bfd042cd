"""The header `Range` (RFC 9110, 14.1.2), as far as a text that grows can serve it."""

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})?")


@dataclass(frozen=True)
class ByteRange:
    """`last` is the last byte wanted, None for all that there are."""

    first: int
    last: int | None = None

    def most(self, otherwise: int) -> int:
        """How many bytes are wanted, or `otherwise`."""
        return otherwise if self.last is None else self.last - self.first + 1


def read_range(text: str) -> ByteRange | None:
    """None for what is to be ignored: other units, several ranges, and those that count from the end."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    first, last = int(match[1]), int(match[2]) if match[2] else None
    return None if last is not None and last < first else ByteRange(first, last)
