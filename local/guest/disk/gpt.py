"""GUID partition tables. Source: UEFI Specification 2.10, chapter 5. Offsets in sectors of 512 bytes."""

from __future__ import annotations

import struct
import uuid
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.guest.errors import GuestError

SECTOR = 512
LINUX_ROOT_X64 = uuid.UUID("4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709")
BIOS_BOOT = uuid.UUID("21686148-6449-6E6F-744E-656564454649")
EFI_SYSTEM = uuid.UUID("C12A7328-F81F-11D2-BA4B-00A0C93EC93B")

_SIGNATURE = b"EFI PART"
_REVISION, _HEADER_SIZE, _ENTRIES, _ENTRY_SIZE = 0x10000, 92, 128, 128
_TABLE_SECTORS = _ENTRIES * _ENTRY_SIZE // SECTOR
_FIRST_USABLE = 2 + _TABLE_SECTORS
_HEADER = struct.Struct("<8sIIIIQQQQ16sQIII")
_ENTRY = struct.Struct("<16s16sQQQ72s")
_CHECKSUM_AT = slice(16, 20)
_BOOT_CODE = 440  # bytes at the disk's start that belong to the boot loader


@dataclass(frozen=True)
class Partition:
    """`number` is its place in the table, from 1."""

    number: int
    kind: uuid.UUID
    first: int
    sectors: int
    name: str

    @property
    def offset(self) -> int:
        """In bytes."""
        return self.first * SECTOR

    @property
    def size(self) -> int:
        """In bytes."""
        return self.sectors * SECTOR


def write(disk: Path, partitions: Sequence[Partition], identity: uuid.UUID) -> None:
    """Writes the protective MBR and both copies of the table into a file of the disk's full size.

    Boot code in the first sector stays.

    Partition identifiers follow from the disk's, so that the same disk is built again byte by byte.
    """
    sectors = disk.stat().st_size // SECTOR
    last = sectors - 1
    entries = bytearray(_ENTRIES * _ENTRY_SIZE)
    for partition in partitions:
        start = (partition.number - 1) * _ENTRY_SIZE
        entries[start : start + _ENTRY_SIZE] = _entry(partition, identity)
    table = bytes(entries)
    with disk.open("r+b") as stream:
        stream.seek(_BOOT_CODE)
        stream.write(_protective_mbr(sectors)[_BOOT_CODE:])
        stream.write(_header(1, last, 2, table, identity))
        stream.write(table)
        stream.seek((last - _TABLE_SECTORS) * SECTOR)
        stream.write(table)
        stream.write(_header(last, 1, last - _TABLE_SECTORS, table, identity))


def written_ranges(disk_size: int) -> list[tuple[int, int]]:
    """(offset, length) in bytes of what `write` writes into a disk of that size."""
    backup = (_TABLE_SECTORS + 1) * SECTOR
    return [(0, _FIRST_USABLE * SECTOR), (disk_size - backup, backup)]


def _entry(partition: Partition, identity: uuid.UUID) -> bytes:
    unique = uuid.uuid5(identity, f"partition {partition.number}").bytes_le
    last = partition.first + partition.sectors - 1
    return _ENTRY.pack(
        partition.kind.bytes_le, unique, partition.first, last, 0, partition.name.encode("utf-16le")
    )


def _header(own: int, other: int, table_at: int, table: bytes, identity: uuid.UUID) -> bytes:
    """One copy of the header, which sits in sector `own`."""
    last_usable = max(own, other) - _TABLE_SECTORS - 1
    header = _HEADER.pack(
        _SIGNATURE, _REVISION, _HEADER_SIZE, 0, 0, own, other, _FIRST_USABLE, last_usable,
        identity.bytes_le, table_at, _ENTRIES, _ENTRY_SIZE, zlib.crc32(table),
    )  # fmt: skip
    checked = bytearray(header)
    checked[_CHECKSUM_AT] = struct.pack("<I", zlib.crc32(header))
    return bytes(checked).ljust(SECTOR, b"\0")


def _protective_mbr(sectors: int) -> bytes:
    """One partition of type 0xEE over the whole disk, so that old tools see no free space."""
    mbr = bytearray(SECTOR)
    size = min(sectors - 1, 0xFFFFFFFF)
    mbr[446:462] = struct.pack("<B3sB3sII", 0, b"\0\x02\0", 0xEE, b"\xff\xff\xff", 1, size)
    mbr[510:] = b"\x55\xaa"
    return bytes(mbr)


def read(disk: Path) -> tuple[Partition, ...]:
    """The partitions of a disk, its checksums verified. Raises GuestError."""
    return _read(disk, 1)


def read_backup(disk: Path) -> tuple[Partition, ...]:
    """The same from the table's second copy, at the disk's end."""
    with disk.open("rb") as stream:
        stream.seek(SECTOR)
        header = stream.read(_HEADER_SIZE)
    return _read(disk, _HEADER.unpack(header)[6])


def _read(disk: Path, sector: int) -> tuple[Partition, ...]:
    with disk.open("rb") as stream:
        stream.seek(sector * SECTOR)
        header = stream.read(_HEADER_SIZE)
        if len(header) < _HEADER_SIZE or not header.startswith(_SIGNATURE):
            raise GuestError("InvalidDisk", f"{disk} has no GUID partition table in sector {sector}.")
        fields = _HEADER.unpack(header)
        stream.seek(fields[10] * SECTOR)
        table = stream.read(fields[11] * fields[12])
    blank = header[:16] + bytes(4) + header[20:]
    if zlib.crc32(blank) != fields[3] or zlib.crc32(table) != fields[13]:
        raise GuestError("InvalidDisk", f"{disk}: the partition table's checksum is wrong.")
    entries = [table[at : at + _ENTRY.size] for at in range(0, len(table), fields[12])]
    return tuple(_parse(number, entry) for number, entry in enumerate(entries, 1) if any(entry[:16]))


def _parse(number: int, entry: bytes) -> Partition:
    kind, _, first, last, _, name = _ENTRY.unpack(entry)
    title = name.decode("utf-16le").rstrip("\0")
    return Partition(number, uuid.UUID(bytes_le=kind), first, last - first + 1, title)
