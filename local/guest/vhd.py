"""Fixed VHDs: raw disks with a 512-byte footer.

Source: "Virtual Hard Disk Image Format Specification" 1.0, and Azure's rule that the virtual size, without
the footer, is a whole number of MiB. Offsets and sizes are in bytes.
"""

from __future__ import annotations

import os
import struct
import uuid
from dataclasses import dataclass
from pathlib import Path

from local.guest.errors import GuestError
from local.guest.sparse import extents

MIB = 1 << 20
SECTOR = 512
FOOTER_SIZE = 512
_FORMAT = struct.Struct(">8sIIQI4sI4sQQHBBII16sB427x")
_COOKIE = b"conectix"
_FIXED = 2
_FEATURES, _VERSION, _NO_DATA_OFFSET = 2, 0x00010000, 0xFFFFFFFFFFFFFFFF
_EPOCH = 946684800  # footers count seconds from 2000-01-01 UTC
# QEMU takes the size from the geometry, at most 127 GiB and rounded, unless it knows the creator.
_CREATOR, _CREATOR_VERSION, _CREATOR_HOST = b"win ", 0x000A0000, b"Wi2k"
_MOST_CYLINDERS, _MOST_HEADS = 65535, 16


@dataclass(frozen=True)
class Footer:
    """What a fixed VHD's footer says. `size` is the virtual size in bytes."""

    size: int
    identifier: uuid.UUID
    created: int


def geometry(sectors: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track, by the specification's appendix."""
    sectors = min(sectors, _MOST_CYLINDERS * 16 * 255)
    if sectors >= _MOST_CYLINDERS * 16 * 63:
        return sectors // 255 // 16, 16, 255
    per_track, tracks = 17, sectors // 17
    heads = max((tracks + 1023) // 1024, 4)
    if tracks >= heads * 1024 or heads > _MOST_HEADS:
        per_track, heads, tracks = 31, 16, sectors // 31
    if tracks >= heads * 1024:
        per_track, heads, tracks = 63, 16, sectors // 63
    return tracks // heads, heads, per_track


def pack_footer(footer: Footer) -> bytes:
    """The footer's 512 bytes."""

    def pack(checksum: int) -> bytes:
        return _FORMAT.pack(
            _COOKIE, _FEATURES, _VERSION, _NO_DATA_OFFSET, footer.created - _EPOCH,
            _CREATOR, _CREATOR_VERSION, _CREATOR_HOST, footer.size, footer.size,
            *geometry(footer.size // SECTOR), _FIXED, checksum, footer.identifier.bytes, 0,
        )  # fmt: skip

    return pack(_checksum(pack(0)))


def _checksum(footer: bytes) -> int:
    return ~sum(footer) & 0xFFFFFFFF


def append_footer(disk: Path, identifier: uuid.UUID, created: int) -> None:
    """Turns a raw disk into a fixed VHD in place. Its size must be a whole number of MiB."""
    size = disk.stat().st_size
    if size % MIB:
        raise GuestError(
            "InvalidVhd", f"{disk}: the disk's size, {size} bytes, is not a whole number of MiB."
        )
    with disk.open("ab") as stream:
        stream.write(pack_footer(Footer(size=size, identifier=identifier, created=created)))


def read_footer(vhd: Path) -> Footer:
    """The footer of a fixed VHD, verified. Raises GuestError with what is wrong."""
    with vhd.open("rb") as stream:
        length = stream.seek(0, os.SEEK_END)
        stream.seek(max(length - FOOTER_SIZE, 0))
        raw = stream.read()
    if len(raw) != FOOTER_SIZE:
        raise GuestError("InvalidVhd", f"{vhd} is too short to be a VHD.")
    fields = _FORMAT.unpack(raw)
    cookie, created, original, size, kind, checksum, identifier = (
        fields[i] for i in (0, 4, 8, 9, 13, 14, 15)
    )
    problems = {
        "the cookie is not 'conectix'": cookie != _COOKIE,
        "the checksum is wrong": _checksum(raw[:64] + bytes(4) + raw[68:]) != checksum,
        "the type is not fixed": kind != _FIXED,
        "the size is not the file's without the footer": size != length - FOOTER_SIZE or original != size,
        "the size is not a whole number of MiB": size % MIB != 0,
    }
    found = [problem for problem, present in problems.items() if present]
    if found:
        raise GuestError("InvalidVhd", f"{vhd} is not a fixed VHD that Azure takes: {'; '.join(found)}.")
    return Footer(size=size, identifier=uuid.UUID(bytes=identifier), created=created + _EPOCH)


def data_ranges(path: Path) -> list[tuple[int, int]]:
    """The (offset, length) of what is allocated in a sparse file, widened to whole sectors."""
    ranges: list[tuple[int, int]] = []
    with path.open("rb") as stream:
        length = path.stat().st_size
        for start, end in extents(stream.fileno(), length):
            first = start - start % SECTOR
            ranges.append((first, min(end + -end % SECTOR, length) - first))
    return ranges
