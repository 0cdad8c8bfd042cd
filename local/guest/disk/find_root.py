"""Finds the root file system and the EFI partition of a disk that was not made here."""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local.guest.debugfs import FileSystem
from local.guest.disk import gpt, mbr
from local.guest.errors import GuestError

_SUPERBLOCK, _MAGIC_AT, _UUID_AT, _MAGIC = 1024, 56, slice(104, 120), b"\x53\xef"
_OTHERS = {b"XFSB": "XFS", b"LUKS": "an encrypted volume", b"hsqs": "squashfs"}
_BTRFS_AT, _BTRFS = 0x10040, b"_BHRfS_M"
_LVM_AT, _LVM = 0x200, b"LABELONE"
_FAT32_SERIAL, _FAT16_SERIAL, _FAT32_NAME = 67, 39, slice(82, 87)
# A root on several partitions would need all of them put together.
_SPLIT = ("/boot", "/home", "/usr", "/var")


@dataclass(frozen=True)
class Root:
    """An ext4 root file system at a byte offset; `esp_id` is the EFI partition's volume id, "" if none."""

    offset: int
    root_uuid: str
    esp_id: str


def find_root(disk: Path) -> Root:
    """Raises GuestError that names what is there instead."""
    places = list(_partitions(disk)) or [_Place(0, esp=False)]
    seen = []
    for place in places:
        kind = _kind(disk, place.offset)
        seen.append(kind or "nothing known")
        if kind == "ext4" and {"etc", "usr"} <= set(FileSystem(disk, place.offset).names("/")):
            _refuse_split(disk, place.offset)
            esp = next((place for place in places if place.esp), None)
            return Root(
                place.offset, root_uuid(disk, place.offset), _volume_id(disk, esp.offset) if esp else ""
            )
    raise GuestError(
        "InvalidImage", f"{disk} has no ext4 root file system; its partitions hold: {', '.join(seen)}."
    )


@dataclass(frozen=True)
class _Place:
    offset: int
    esp: bool


def _partitions(disk: Path) -> Iterator[_Place]:
    found = mbr.read(disk)
    if found and found[0].kind == mbr.PROTECTIVE:
        for partition in sorted(gpt.read(disk), key=lambda partition: -partition.size):
            yield _Place(partition.offset, partition.kind == gpt.EFI_SYSTEM)
        return
    for primary in sorted(found, key=lambda primary: -primary.size):
        yield _Place(primary.offset, primary.kind == mbr.EFI_SYSTEM)


def _kind(disk: Path, offset: int) -> str:
    superblock = _bytes(disk, offset + _SUPERBLOCK, 128)
    if superblock[_MAGIC_AT : _MAGIC_AT + 2] == _MAGIC:
        return "ext4"
    if _bytes(disk, offset + _LVM_AT, 8) == _LVM:
        return "LVM"
    if _bytes(disk, offset + _BTRFS_AT, 8) == _BTRFS:
        return "btrfs"
    return _OTHERS.get(_bytes(disk, offset, 4), "")


def _refuse_split(disk: Path, offset: int) -> None:
    system = FileSystem(disk, offset)
    lines = system.read("/etc/fstab").decode(errors="replace") if system.resolve("/etc/fstab") else ""
    points = [
        line.split()[1] for line in lines.splitlines() if not line.startswith("#") and len(line.split()) > 1
    ]
    split = sorted(set(points) & set(_SPLIT))
    if split:
        raise GuestError(
            "InvalidImage", f"{disk} has {', '.join(split)} on a partition of its own; only one root is read."
        )


def root_uuid(disk: Path, offset: int) -> str:
    """The UUID in the superblock of the ext4 file system at a byte offset."""
    return str(uuid.UUID(bytes=_bytes(disk, offset + _SUPERBLOCK, 128)[_UUID_AT]))


def _volume_id(disk: Path, offset: int) -> str:
    sector = _bytes(disk, offset, 512)
    at = _FAT32_SERIAL if sector[_FAT32_NAME] == b"FAT32" else _FAT16_SERIAL
    serial = struct.unpack_from("<I", sector, at)[0]
    return f"{serial >> 16:04X}-{serial & 0xFFFF:04X}"


def _bytes(disk: Path, offset: int, length: int) -> bytes:
    with disk.open("rb") as stream:
        stream.seek(offset)
        return stream.read(length)
