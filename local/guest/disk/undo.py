"""Which parts of a disk debugfs wrote, read from the undo file that it keeps with `-z`.

Source: e2fsprogs 1.47, lib/ext2fs/undo_io.c and misc/e2undo.c. After the header come blocks of keys, each
followed by the old bytes that its keys name; the next block of keys comes behind them. Offsets and sizes are
in bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from local.guest.errors import GuestError

Range = tuple[int, int]

_MAGIC = b"E2UNDO02"
_HEADER = struct.Struct("<8sQ8xQI12xI12xQ")  # keys, first block of keys, block size, features, offset
_HAS_OFFSET = 1
_KEY = struct.Struct("<Q4xI")  # block of the file system, size
_BEFORE_KEYS = 16
_SUPERBLOCK = 4096  # with what is before it


def written_ranges(undo: Path) -> list[Range]:
    """(offset, length) of every block that was written, in the file that holds the file system."""
    with undo.open("rb") as stream:
        magic, keys, first, block, features, offset = _HEADER.unpack(stream.read(_HEADER.size))
        if magic != _MAGIC:
            raise GuestError("InvalidUndoFile", f"{undo} is no undo file of e2fsprogs 1.47.")
        start = offset if features & _HAS_OFFSET else 0
        ranges = [(start, _SUPERBLOCK)]  # it has a place of its own in the undo file, without a key
        at = first
        while len(ranges) <= keys:
            stream.seek(at * block)
            found = _keys(stream.read(block), keys + 1 - len(ranges))
            ranges += [(start + number * block, size) for number, size in found]
            at += 1 + sum(-(-size // block) for _, size in found)
    return ranges


def _keys(block: bytes, most: int) -> list[Range]:
    usable = (len(block) - _BEFORE_KEYS) // _KEY.size
    if not usable:
        raise GuestError("InvalidUndoFile", "The undo file is shorter than it says.")
    return list(_iterate(block, min(most, usable)))


def _iterate(block: bytes, count: int) -> Iterator[Range]:
    for index in range(count):
        number, size = _KEY.unpack_from(block, _BEFORE_KEYS + index * _KEY.size)
        yield number, size


def merged(ranges: list[Range], gap: int) -> list[Range]:
    """In order, without overlaps; those with at most `gap` bytes between them are one."""
    joined: list[Range] = []
    for start, length in sorted(ranges):
        if joined and start <= sum(joined[-1]) + gap:
            first, before = joined[-1]
            joined[-1] = (first, max(before, start + length - first))
        else:
            joined.append((start, length))
    return joined
