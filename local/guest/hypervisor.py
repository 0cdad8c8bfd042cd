"""What a virtual machine's disks and scripts are on this machine: the package's only front door.

A disk is a Linux root file system made of immutable layers. Scripts run in it in their own namespaces,
and an immutable state of it, a content, becomes a bootable fixed VHD. All state lives below one data
directory and survives the death of the process at any point. Every method may be called from any thread.

Identifiers of disks and contents are the caller's: 1 to 120 letters, digits, '.', '_' and '-'.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock

from local.guest import base_image, bootstrap_image, spares, sparse, vhd
from local.guest.boot import boot
from local.guest.changes import Changes
from local.guest.export import changes_of, export_vhd, prepare_base
from local.guest.first_boot import FirstBoot, first_boot
from local.guest.isolation import Tier, probe
from local.guest.layers import Layers, remove_tree
from local.guest.marketplace import MarketplaceImage, read_marketplace
from local.guest.run_script import ScriptRequest, ScriptResult, run_script
from local.guest.store import Store
from local.guest.vhd_import import import_vhd


class Hypervisor:
    """The disks, contents and scripts below one data directory. Methods raise GuestError."""

    def __init__(self, data: Path) -> None:
        self._store = Store(data)
        self._probing = Lock()

    @cached_property
    def _probed(self) -> Tier:
        tier = probe(self._store.temporary)
        for abandoned in self._store.abandoned():
            remove_tree(tier, abandoned)
        return tier

    @property
    def _tier(self) -> Tier:
        with self._probing:
            return self._probed

    @property
    def _layers(self) -> Layers:
        return Layers(self._store, self._tier)

    def marketplace(self) -> tuple[MarketplaceImage, ...]:
        """The images of the shipped catalogue, DATA/marketplace.toml and KILN_LOCAL_MARKETPLACE's file."""
        return read_marketplace(self._store.data / "marketplace.toml")

    def prepare(self, image: MarketplaceImage) -> str:
        """The content id of the image; builds its root file system on first use (seconds), then cached.

        An image that nothing here can make is refused; Windows gives a content in which nothing runs.
        """
        return base_image.prepare(self._store, self._tier, image)

    def create_disk(self, disk_id: str, content_id: str, size_gib: int) -> None:
        """A writable disk on top of a content. Repeating it has no effect."""
        self._layers.create_disk(disk_id, content_id, size_gib)

    def create_empty_disk(self, disk_id: str, size_gib: int) -> None:
        """A data disk with nothing on it. Repeating it has no effect."""
        self._layers.create_empty_disk(disk_id, size_gib)

    def delete_disk(self, disk_id: str) -> None:
        """Removes a disk; waits for a script that runs in it. A missing disk is no error."""
        self._layers.delete_disk(disk_id)

    def run_script(self, disk_id: str, request: ScriptRequest) -> ScriptResult:
        """Runs a script in the disk; its effects are kept whatever its exit code. One at a time per disk."""
        return run_script(self._store, self._tier, disk_id, request)

    def first_boot(self, disk_id: str, boot: FirstBoot) -> None:
        """What the first boot of a machine from a generalized image changes. Repeating it changes nothing."""
        first_boot(self._store, self._tier, disk_id, boot)

    def boot(self, disk_id: str) -> None:
        """What any later boot changes: /tmp is empty after it."""
        boot(self._store, self._tier, disk_id)

    def freeze(self, disk_id: str, content_id: str) -> None:
        """Makes the disk's present state an immutable content. The disk stays usable.

        Waits for a script that runs in it. If the content exists, it stays as it is.
        """
        self._layers.freeze(disk_id, content_id)

    def delete_content(self, content_id: str) -> None:
        """Removes a content; disks made from it stay. A missing content is no error."""
        self._layers.delete_content(content_id)

    def export_vhd(self, content_id: str) -> Path:
        """The content as a sparse fixed VHD, built on first use. Read it, do not change it."""
        return export_vhd(self._store, self._tier, content_id)

    @contextmanager
    def exported(self, content_id: str) -> Iterator[Path]:
        """The content's VHD as long as it is used; afterwards it goes, and its bytes help the next export."""
        with self._store.lock(f"export-{content_id}"):
            try:
                yield self.export_vhd(content_id)
            finally:
                self._layers.discard_vhd(content_id)

    def prepare_base(self, disk_id: str) -> Path | None:
        """Makes the disk of the base alone, a raw file, from which an export of the disk starts.

        None for a disk for which nothing is made ahead.
        """
        return prepare_base(self._store, self._tier, disk_id)

    def prepare_copy(self, base: Path) -> None:
        """Makes ahead the copy of a base's disk that the next export takes."""
        spares.make_one(self._store, base)

    def changes(self, content_id: str) -> Changes | None:
        """In what an exported VHD differs from its base's own disk; None when it was not made of one."""
        return changes_of(self._store, content_id)

    def data_ranges(self, vhd_file: Path) -> list[tuple[int, int]]:
        """The allocated (offset, length) byte ranges of a VHD, multiples of 512."""
        return vhd.data_ranges(vhd_file)

    def tier(self) -> str:
        """The isolation that this machine gives to scripts, for people. Raises GuestError if none."""
        return self._tier.value

    def ways(self) -> tuple[str, ...]:
        """How costly things are done on this machine, for people."""
        shared = sparse.shares_blocks(self._store.temporary)
        return (
            "bases are built in memory" if bootstrap_image.builds_in_memory() else "bases are built on disk",
            "disks share blocks" if shared else "disks are copied ahead",
        )

    def import_vhd(self, path: Path, content_id: str, os_type: str | None) -> None:
        """Makes a fixed VHD a content. `os_type` is "Linux", "Windows", or None for a data disk.

        A Linux disk must have an ext4 root on one partition. If the content exists, it stays as it is.
        """
        import_vhd(self._store, self._tier, path, content_id, os_type)
