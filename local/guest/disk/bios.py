"""GRUB for BIOS machines (Gen1), written as grub-bios-setup does: boot.img and core.img.

Source of the offsets: GRUB 2.06, include/grub/i386/pc/boot.h and grub-core/boot/i386/pc/{boot,diskboot}.S.
"""

from __future__ import annotations

import struct
from pathlib import Path

from local.guest.disk.gpt import SECTOR, Partition
from local.guest.errors import GuestError

_JUMP = slice(0, 3)
_CODE = slice(0x5A, 440)  # between the old BIOS parameter block and the partition table
_KERNEL_SECTOR = slice(0x5C, 0x64)
_BOOT_DRIVE, _ANY_DRIVE = 0x64, 0xFF
_DRIVE_CHECK, _NO_OPERATION = slice(0x66, 0x68), b"\x90\x90"
_BLOCK_LIST = slice(SECTOR - 12, SECTOR)  # start sector (8 bytes), sectors (2), load segment (2)
_LOAD_SEGMENT = 0x820


def write(disk: Path, partition: Partition, boot: bytes, core: bytes) -> None:
    """Makes the disk start GRUB on a BIOS machine. Raises GuestError if core.img is too large."""
    if len(core) > partition.size:
        raise GuestError("BootPartitionTooSmall", f"GRUB's core of {len(core)} bytes exceeds its partition.")
    first_stage = bytearray(boot)
    first_stage[_KERNEL_SECTOR] = struct.pack("<Q", partition.first)
    first_stage[_BOOT_DRIVE] = _ANY_DRIVE
    first_stage[_DRIVE_CHECK] = _NO_OPERATION
    second_stage = bytearray(core)
    rest = -(-len(core) // SECTOR) - 1
    second_stage[_BLOCK_LIST] = struct.pack("<QHH", partition.first + 1, rest, _LOAD_SEGMENT)
    with disk.open("r+b") as stream:
        sector = bytearray(stream.read(SECTOR))
        sector[_JUMP] = first_stage[_JUMP]
        sector[_CODE] = first_stage[_CODE]
        stream.seek(0)
        stream.write(sector)
        stream.seek(partition.offset)
        stream.write(second_stage)
