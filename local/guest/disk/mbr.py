"""Master boot records: the four primary partitions of old disks. Offsets and sizes in bytes."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

SECTOR = 512
_TABLE_AT, _ENTRY, _ENTRIES = 446, struct.Struct("<B3xB3xII"), 4
_MARK = b"\x55\xaa"
PROTECTIVE, EFI_SYSTEM = 0xEE, 0xEF


@dataclass(frozen=True)
class PrimaryPartition:
    """`number` is its place in the table, from 1; `kind` the partition type's byte."""

    number: int
    kind: int
    offset: int
    size: int


def read(disk: Path) -> tuple[PrimaryPartition, ...]:
    """The partitions; none if the disk has no table."""
    with disk.open("rb") as stream:
        sector = stream.read(SECTOR)
    if sector[510:] != _MARK:
        return ()
    entries = [_ENTRY.unpack_from(sector, _TABLE_AT + number * _ENTRY.size) for number in range(_ENTRIES)]
    return tuple(
        PrimaryPartition(number, kind, first * SECTOR, sectors * SECTOR)
        for number, (_, kind, first, sectors) in enumerate(entries, 1)
        if kind and sectors
    )
