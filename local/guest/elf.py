"""What an ELF program needs to start. Source: System V ABI, chapters 4 and 5; 64-bit little-endian only."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from local.guest.errors import GuestError

_MAGIC = b"\x7fELF\x02\x01"
_LOAD, _DYNAMIC, _INTERPRETER = 1, 2, 3
_NEEDED, _STRING_TABLE, _RPATH, _RUNPATH = 1, 5, 15, 29
_SEGMENT = struct.Struct("<IIQQQQQQ")
_ENTRY = struct.Struct("<qQ")


@dataclass(frozen=True)
class _Segment:
    kind: int
    offset: int
    address: int
    size: int


@dataclass(frozen=True)
class Needs:
    """Names of shared libraries, and the directories that the file itself says to look in first."""

    libraries: tuple[str, ...]
    directories: tuple[str, ...]


def is_elf(data: bytes) -> bool:
    return data.startswith(_MAGIC)


def interpreter(data: bytes) -> str | None:
    """The dynamic loader's path, or None for a static program."""
    for segment in _segments(data):
        if segment.kind == _INTERPRETER:
            return data[segment.offset : segment.offset + segment.size].rstrip(b"\0").decode()
    return None


def needs(data: bytes) -> Needs:
    """What the dynamic section asks for."""
    segments = list(_segments(data))
    entries = [entry for segment in segments if segment.kind == _DYNAMIC for entry in _dynamic(data, segment)]
    strings = next((_file_offset(segments, value) for tag, value in entries if tag == _STRING_TABLE), 0)

    def texts(*tags: int) -> list[str]:
        return [_text(data, strings + value) for tag, value in entries if tag in tags]

    directories = [part for path in texts(_RPATH, _RUNPATH) for part in path.split(":")]
    return Needs(libraries=tuple(texts(_NEEDED)), directories=tuple(directories))


def _segments(data: bytes) -> Iterator[_Segment]:
    if not is_elf(data):
        raise GuestError("InvalidProgram", "This is not a 64-bit little-endian ELF file.")
    (start,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for at in range(start, start + size * count, size):
        kind, _, offset, address, _, length, _, _ = _SEGMENT.unpack_from(data, at)
        yield _Segment(kind, offset, address, length)


def _dynamic(data: bytes, segment: _Segment) -> Iterator[tuple[int, int]]:
    for at in range(segment.offset, segment.offset + segment.size, _ENTRY.size):
        yield _ENTRY.unpack_from(data, at)


def _file_offset(segments: list[_Segment], address: int) -> int:
    for segment in segments:
        if segment.kind == _LOAD and segment.address <= address < segment.address + segment.size:
            return address - segment.address + segment.offset
    raise GuestError("InvalidProgram", "The ELF file's string table is outside of its segments.")


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
