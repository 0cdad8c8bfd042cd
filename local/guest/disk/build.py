"""A disk's layers as a fixed VHD."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from local.guest import spares
from local.guest.changes import Changes
from local.guest.data_disks import write_image
from local.guest.disk import bios, esp, ext4, gpt
from local.guest.disk.grub import boot_programs
from local.guest.disk.layout import Layout, layout
from local.guest.disk.undo import merged, written_ranges
from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.overlay import view_command
from local.guest.store import DiskState, Store
from local.guest.tools import find, run
from local.guest.vhd import append_footer

_DELTA = Path(__file__).parents[1] / "disk_delta.py"
_GAP = 64 * 1024  # bytes between two changes that are handled as one
_TABLE_NAMES = uuid.UUID("27b3a3a4-5d9b-4c8f-8f0e-6f3f0a0a3d55")


def build_vhd(
    store: Store, tier: Tier, disk: DiskState, identity: uuid.UUID, out: Path, created: int
) -> Changes | None:
    """Writes `out`, sparse; returns how it differs from its base's disk, where it was made of that.

    `identity` is the VHD's and the partition table's; `created` is a Unix time.
    """
    if disk.os_type == "Windows" and not disk.image:
        raise GuestError(
            "WindowsGuest", "This local cloud has no bytes of Windows images; it runs Linux guests only."
        )
    changes = None
    if not disk.layers:
        write_image(store, disk, out)
    else:
        changes = _build_by_changes(store, tier, disk, out)
        if changes is None:
            out.unlink(missing_ok=True)
            _build_whole(store, tier, disk, out)
        gpt.write(out, layout(disk.size_gib).partitions, identity)
    append_footer(out, identity, created)
    return changes


def base_disk(store: Store, tier: Tier, disk: DiskState) -> Path:
    """The disk of the lowest layer alone, kept beside it as long as it is in use."""
    base = disk.layers[0]
    path = store.layers / f"{base}.{disk.size_gib}"
    with store.lock(f"base-disk-{path.name}"):
        if not path.exists():
            draft = store.temporary / store.temporary_name()
            try:
                alone = DiskState((base,), disk.size_gib, disk.root_uuid, disk.bootable, esp_id=disk.esp_id)
                _build_whole(store, tier, alone, draft)
                draft.rename(path)
            finally:
                draft.unlink(missing_ok=True)
    return path


def _build_by_changes(store: Store, tier: Tier, disk: DiskState, out: Path) -> Changes | None:
    """A copy of the base's own disk with the upper layers' changes; None where that could not be done.

    To write a base anew takes seconds, its copy and the changes a fraction. What debugfs cannot do (a line
    break in a file's name) is left to mke2fs.
    """
    prepared = base_disk(store, tier, disk)
    spares.take(store, prepared, out)
    undo = out.with_suffix(".undo")
    try:
        _apply_layers(store, tier, disk, out, undo)
        written = [*written_ranges(undo), *gpt.written_ranges(prepared.stat().st_size)]
    except GuestError:
        return None
    finally:
        undo.unlink(missing_ok=True)
    return Changes(prepared, tuple(merged(written, _GAP)))


def _apply_layers(store: Store, tier: Tier, disk: DiskState, out: Path, undo: Path) -> None:
    base, *upper = disk.layers
    device = f"{out}?offset={layout(disk.size_gib).root.offset}"
    view = store.new_temporary()
    find("debugfs")
    trees = [str(store.layers / base), str(view), device, str(undo)]
    command = [sys.executable, "-I", "-S", str(_DELTA), *trees, *(str(store.layers / name) for name in upper)]
    try:
        run(view_command(tier, store, disk.layers, view, command))
    finally:
        view.rmdir()


def _build_whole(store: Store, tier: Tier, disk: DiskState, out: Path) -> None:
    write_image(store, disk, out)
    plan = layout(disk.size_gib)
    gpt.write(out, plan.partitions, uuid.uuid5(_TABLE_NAMES, disk.root_uuid))
    if disk.bootable:
        _make_bootable(out, plan, disk)
    _write_root(store, tier, disk, plan, out)


def _make_bootable(out: Path, plan: Layout, disk: DiskState) -> None:
    programs = boot_programs(disk.root_uuid)
    esp.write(out, plan.esp, disk.esp_id, programs.efi)
    bios.write(out, plan.bios, programs.boot, programs.core)


def _write_root(store: Store, tier: Tier, disk: DiskState, plan: Layout, out: Path) -> None:
    view = store.new_temporary()
    try:
        command = ext4.make_command(out, plan.root, view, disk.root_uuid)
        run(view_command(tier, store, disk.layers, view, command))
    finally:
        view.rmdir()
    # mke2fs copies what is in the root directory, not the directory's own permissions.
    mode = (store.layers / disk.layers[-1]).stat().st_mode
    run(["debugfs", "-w", "-R", f"sif / mode 0{mode:o}", f"{out}?offset={plan.root.offset}"])
