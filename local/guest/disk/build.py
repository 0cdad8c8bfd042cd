"""A disk's layers as a fixed VHD."""

from __future__ import annotations

import uuid
from pathlib import Path

from local.guest.data_disks import write_image
from local.guest.disk import bios, esp, ext4, gpt
from local.guest.disk.grub import boot_programs
from local.guest.disk.layout import Layout, layout
from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.overlay import view_command
from local.guest.store import DiskState, Store
from local.guest.tools import run
from local.guest.vhd import append_footer


def build_vhd(
    store: Store, tier: Tier, disk: DiskState, identity: uuid.UUID, out: Path, created: int
) -> None:
    """Writes `out`, sparse. `identity` is the VHD's and the partition table's; `created` is a Unix time."""
    if disk.os_type == "Windows" and not disk.image:
        raise GuestError(
            "WindowsGuest", "This local cloud has no bytes of Windows images; it runs Linux guests only."
        )
    write_image(store, disk, out)
    if disk.layers:
        plan = layout(disk.size_gib)
        gpt.write(out, plan.partitions, identity)
        if disk.bootable:
            _make_bootable(out, plan, disk)
        _write_root(store, tier, disk, plan, out)
    append_footer(out, identity, created)


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
