"""Root file systems out of disk images: fixed and dynamic VHDs, qcow2, raw. Nothing is mounted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.guest.disk.esp import VOLUME_ID
from local.guest.disk.find_root import find_root
from local.guest.disk.layout import GIB
from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.store import Store
from local.guest.tar_image import check_root, is_there
from local.guest.tools import find, run
from local.guest.vhd import read_footer

_EXTRACT = Path(__file__).with_name("ext4_extract.py")
_QEMU_FORMATS = {"vhd": "vpc", "qcow2": "qcow2"}


@dataclass(frozen=True)
class ImportedRoot:
    """What the disks made from the tree must have, so that its fstab and grub.cfg stay right."""

    root_uuid: str
    esp_id: str
    bootable: bool
    size_gib: int


def build(store: Store, tier: Tier, disk: Path, form: str, tree: Path) -> ImportedRoot:
    """Fills an empty directory with the disk's root file system. Raises GuestError."""
    with as_raw(store, disk, form) as raw:
        root = find_root(raw)
        find("debugfs")
        device = f"{raw}?offset={root.offset}"
        run([*tier.prefix, sys.executable, "-I", "-S", str(_EXTRACT), device, str(tree)])
        size = -(-_virtual_size(raw) // GIB)
    check_root(tree, str(disk))
    bootable = is_there(tree / "boot/grub/grub.cfg")
    return ImportedRoot(root.root_uuid, root.esp_id or VOLUME_ID, bootable, size)


def _virtual_size(raw: Path) -> int:
    """In bytes, without the footer of a fixed VHD."""
    return read_footer(raw).size if is_fixed(raw) else raw.stat().st_size


@contextmanager
def as_raw(store: Store, disk: Path, form: str) -> Iterator[Path]:
    """The disk's bytes as a file that tools can read at offsets, as long as the block runs.

    A fixed VHD is one as it is: its footer is behind the disk's end.
    """
    if form == "raw" or (form == "vhd" and is_fixed(disk)):
        yield disk
        return
    draft = store.temporary / store.temporary_name()
    try:
        run(["qemu-img", "convert", "-f", _QEMU_FORMATS[form], "-O", "raw", str(disk), str(draft)])
        if not draft.stat().st_size:
            raise GuestError("InvalidImage", f"{disk} is an empty disk.")
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def is_fixed(vhd: Path) -> bool:
    """Whether it is a fixed VHD that Azure takes."""
    try:
        read_footer(vhd)
    except GuestError:
        return False
    return True
