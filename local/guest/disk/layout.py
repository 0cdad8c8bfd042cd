"""Where the partitions of a disk are: the order and numbers of Debian's images for Azure."""

from __future__ import annotations

from dataclasses import dataclass

from local.guest.disk.gpt import BIOS_BOOT, EFI_SYSTEM, LINUX_ROOT_X64, SECTOR, Partition

GIB = 1 << 30
_MIB_SECTORS = (1 << 20) // SECTOR
_BIOS_FIRST = 1 * _MIB_SECTORS
_ESP_FIRST = 5 * _MIB_SECTORS
_ROOT_FIRST = 128 * _MIB_SECTORS
_TAIL = 1 * _MIB_SECTORS  # for the table's second copy


@dataclass(frozen=True)
class Layout:
    """One disk that boots both generations. The root file system is last, so that it can grow."""

    root: Partition
    bios: Partition
    esp: Partition

    @property
    def partitions(self) -> tuple[Partition, ...]:
        return (self.root, self.bios, self.esp)


def layout(size_gib: int) -> Layout:
    """For a disk of that size in GiB."""
    sectors = size_gib * GIB // SECTOR - _ROOT_FIRST - _TAIL
    return Layout(
        root=Partition(1, LINUX_ROOT_X64, _ROOT_FIRST, sectors, "root"),
        bios=Partition(14, BIOS_BOOT, _BIOS_FIRST, _ESP_FIRST - _BIOS_FIRST, "bios"),
        esp=Partition(15, EFI_SYSTEM, _ESP_FIRST, _ROOT_FIRST - _ESP_FIRST, "esp"),
    )
