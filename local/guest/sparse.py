"""Copies of sparse files: holes stay holes, and where the file system can share blocks, nothing is copied."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

_FICLONE = 0x40049409  # <linux/fs.h>


def copy(source: Path, target: Path, length: int | None = None) -> None:
    """Copies the first `length` bytes (None: all) into a new file of that length."""
    with source.open("rb") as reader, target.open("xb") as writer:
        size = os.fstat(reader.fileno()).st_size
        try:
            fcntl.ioctl(writer.fileno(), _FICLONE, reader.fileno())
        except OSError:  # only btrfs, xfs and their like share blocks
            for start, end in extents(reader.fileno(), size if length is None else min(length, size)):
                _copy_range(reader.fileno(), writer.fileno(), start, end)
        os.truncate(writer.fileno(), size if length is None else length)


def extents(descriptor: int, length: int) -> Iterator[tuple[int, int]]:
    """The (start, end) of what is allocated in the first `length` bytes of a file."""
    end = 0
    while end < length:
        try:
            start = os.lseek(descriptor, end, os.SEEK_DATA)
        except OSError:  # ENXIO: only a hole is left
            return
        end = min(os.lseek(descriptor, start, os.SEEK_HOLE), length)
        if start < end:
            yield start, end


def shares_blocks(folder: Path) -> bool:
    """Whether copies in this folder cost nothing, because files may have blocks in common."""
    with TemporaryDirectory(dir=folder) as scratch:
        source, target = Path(scratch, "source"), Path(scratch, "target")
        source.write_bytes(b"x")
        with source.open("rb") as reader, target.open("wb") as writer:
            try:
                fcntl.ioctl(writer.fileno(), _FICLONE, reader.fileno())
            except OSError:
                return False
    return True


def copy_ranges(source: Path, target: Path, ranges: Iterable[tuple[int, int]]) -> None:
    """Writes these (offset, length) of one file into another, at the same places."""
    with source.open("rb") as reader, target.open("r+b") as writer:
        size = os.fstat(reader.fileno()).st_size
        for start, length in ranges:
            _copy_range(reader.fileno(), writer.fileno(), start, min(start + length, size))


def _copy_range(reader: int, writer: int, start: int, end: int) -> None:
    while start < end:
        start += os.copy_file_range(reader, writer, end - start, start, start)
