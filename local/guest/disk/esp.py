"""The EFI system partition, written into its place in the disk with mtools: no mount is needed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from local.guest.disk.gpt import Partition
from local.guest.tools import run

VOLUME_ID = "7A2E-5D1C"  # of disks that are made here; fstab refers to it
FALLBACK_LOADER = "/EFI/BOOT/BOOTX64.EFI"  # UEFI starts this when its variables name nothing else


def files(disk: Path, partition: Partition) -> list[str]:
    """The paths of all files on the partition, as `/EFI/BOOT/BOOTX64.EFI`. Raises GuestError."""
    listed = run(["mdir", "-b", "-s", "-i", f"{disk}@@{partition.offset}", "::/"]).decode(errors="replace")
    return sorted(line.removeprefix("::") for line in listed.splitlines() if not line.endswith("/"))


def write(disk: Path, partition: Partition, volume_id: str, loader: bytes) -> None:
    """Formats the partition as FAT32 and puts the loader into it. `volume_id` has the form XXXX-XXXX."""
    identity = volume_id.replace("-", "")
    kib = str(partition.size // 1024)
    run(
        ["mkfs.vfat", "-F", "32", "-s", "1", "-i", identity, "--offset", str(partition.first), str(disk), kib]
    )
    image = f"{disk}@@{partition.offset}"
    run(["mmd", "-i", image, "::/EFI", "::/EFI/BOOT"])
    with TemporaryDirectory() as scratch:
        file = Path(scratch, "loader")
        file.write_bytes(loader)
        run(["mcopy", "-i", image, str(file), f"::{FALLBACK_LOADER}"])
