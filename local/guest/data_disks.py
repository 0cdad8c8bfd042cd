"""Data disks in a guest: raw images under the names that Azure gives them, and what scripts wrote there.

In the guest /dev/sdc and those after it are ordinary files of the disks' sizes, to which
/dev/disk/azure/scsi1/lunN leads. A script writes on copies. Only when it has ended are they put in the place
of what was before, as the OS disk's new layer is, so that a script cut short leaves no trace on any disk.
"""

from __future__ import annotations

import os
import string
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from local.guest import sparse
from local.guest.disk.layout import GIB
from local.guest.errors import GuestError
from local.guest.store import DiskState, Store

# sda is the OS disk, sdb the temporary one.
_NAMES = tuple(f"sd{first}{last}" for first in ("", "a", "b") for last in string.ascii_lowercase)[2:]
MOST_LUNS = 64


@dataclass(frozen=True)
class Attached:
    """One data disk during a script. `before` is the copy's time of change when the script began."""

    lun: int
    name: str
    disk_id: str
    state: DiskState
    copy: Path
    before: int


@contextmanager
def attached(store: Store, disks: Mapping[int, str], scratch: Path) -> Iterator[tuple[Attached, ...]]:
    """The disks (LUN -> disk id), locked, each with a copy below `scratch`. Raises GuestError."""
    with ExitStack() as locks:
        # Several at once are always locked in the same order, so that no two scripts wait for each other.
        for disk_id in sorted(set(disks.values())):
            locks.enter_context(store.lock(f"disk-{disk_id}"))
        found = sorted(disks.items())
        yield tuple(
            _copy(store, lun, name, disk_id, scratch)
            for (lun, disk_id), name in zip(found, _NAMES, strict=False)
        )


def _copy(store: Store, lun: int, name: str, disk_id: str, scratch: Path) -> Attached:
    state = store.disk(disk_id)
    if state.layers or not 0 <= lun < MOST_LUNS:
        problem = "holds an operating system" if state.layers else f"has the LUN {lun}, not one from 0 to 63"
        raise GuestError("InvalidDataDisk", f"Disk {disk_id!r} cannot be a data disk here: it {problem}.")
    copy = scratch / f"lun{lun}"
    write_image(store, state, copy)
    copy.chmod(0o660)
    return Attached(lun, name, disk_id, state, copy, copy.stat().st_mtime_ns)


def write_image(store: Store, state: DiskState, to: Path) -> None:
    """A new file with the disk's bytes, sparse, of the disk's size."""
    if state.image:
        sparse.copy(store.layers / state.image, to, state.size_gib * GIB)
        return
    to.touch(exist_ok=False)
    os.truncate(to, state.size_gib * GIB)


def keep(store: Store, disks: tuple[Attached, ...]) -> None:
    """Makes what a script wrote the disks' states. The caller is within `attached`."""
    for disk in disks:
        if disk.copy.stat().st_mtime_ns == disk.before:
            continue
        # A file can be cut or grown, a disk cannot.
        os.truncate(disk.copy, disk.state.size_gib * GIB)
        image = store.new_layer()
        with store.lock("references"):
            disk.copy.rename(store.layers / image)
            store.write(store.disk_file(disk.disk_id), replace(disk.state, image=image))


def devices(disks: tuple[Attached, ...]) -> dict[str, Path]:
    """Names below /dev -> files."""
    return {disk.name: disk.copy for disk in disks}


def links(disks: tuple[Attached, ...]) -> dict[str, str]:
    """Names below /dev -> where they lead, as Azure's udev rules make them."""
    return {f"disk/azure/scsi1/lun{disk.lun}": f"../../../{disk.name}" for disk in disks}
