"""Whether a finished VHD boots in Azure, as Gen1 and as Gen2, judged by its bytes alone. Nothing is mounted.

Source of the rules: Microsoft's "Create and upload a generic Linux VHD", and the boot loaders' own needs.
"""

from __future__ import annotations

from collections.abc import Iterator

from local.guest.disk import esp, gpt, mbr
from local.guest.errors import GuestError
from local.guest.inspect import VhdImage

_BOOT_CODE = 440


def boot_problems(image: VhdImage) -> list[str]:
    """What would keep the disk from booting, in sentences for people; empty if nothing is seen."""
    return [*_table(image), *_bios(image), *_uefi(image), *_system(image)]


def _table(image: VhdImage) -> Iterator[str]:
    primary = mbr.read(image.path)
    if [partition.kind for partition in primary] != [mbr.PROTECTIVE]:
        yield "The master boot record does not protect the partition table."
    try:
        if gpt.read_backup(image.path) != image.partitions:
            yield "The two copies of the partition table differ."
    except GuestError as error:
        yield str(error)
    for one, other in zip(_by_place(image), _by_place(image)[1:], strict=False):
        if one.offset + one.size > other.offset:
            yield f"The partitions {one.number} and {other.number} overlap."


def _by_place(image: VhdImage) -> list[gpt.Partition]:
    return sorted(image.partitions, key=lambda partition: partition.offset)


def _bios(image: VhdImage) -> Iterator[str]:
    partition = image.partition(gpt.BIOS_BOOT)
    if partition is None:
        yield "There is no BIOS boot partition, so that Gen1 machines find no boot loader."
        return
    with image.path.open("rb") as stream:
        if b"GRUB" not in stream.read(_BOOT_CODE):
            yield "The first sector holds no GRUB."
        stream.seek(partition.offset)
        if not any(stream.read(gpt.SECTOR)):
            yield "The BIOS boot partition is empty."


def _uefi(image: VhdImage) -> Iterator[str]:
    partition = image.partition(gpt.EFI_SYSTEM)
    if partition is None:
        yield "There is no EFI system partition, so that Gen2 machines find no boot loader."
    elif esp.FALLBACK_LOADER not in (name.upper() for name in esp.files(image.path, partition)):
        yield f"The EFI system partition has no {esp.FALLBACK_LOADER}."


def _system(image: VhdImage) -> Iterator[str]:
    for path in ("/boot/grub/grub.cfg", "/etc/fstab"):
        if not image.exists(path):
            yield f"There is no {path}."
        elif image.root_uuid not in image.read_file(path).decode(errors="replace"):
            yield f"{path} does not name the root file system's UUID."
    if not any(image.exists(path) for path in ("/vmlinuz", "/boot/vmlinuz")):
        yield "There is no link to a kernel."
    if not any(image.exists(path) for path in ("/initrd.img", "/boot/initrd.img")):
        yield "There is no link to an initial RAM disk."
    for line in mounts(image):
        if line[0].startswith(("/dev/sd", "/dev/nvme", "/dev/vd")):
            yield f"/etc/fstab names the device {line[0]}, whose name may change."
        if line[2:3] == ["swap"]:
            yield "/etc/fstab has swap space on the OS disk."


def mounts(image: VhdImage) -> list[list[str]]:
    """The lines of /etc/fstab, in words."""
    if not image.exists("/etc/fstab"):
        return []
    lines = image.read_file("/etc/fstab").decode(errors="replace").splitlines()
    return [line.split() for line in lines if line.strip() and not line.lstrip().startswith("#")]
