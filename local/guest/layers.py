"""The life of disks, contents and the layers that they share.

Changes of what refers to which layer happen under one short lock, `references`, so that a sweep never takes
a layer that is about to be referred to. A disk's own lock is held as long as something writes in it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from local.guest import spares
from local.guest.changes import Changes
from local.guest.errors import GuestError
from local.guest.isolation import Tier, run_on_tree
from local.guest.store import DiskState, Store


class Layers:
    """Makes, freezes and removes disks and contents."""

    def __init__(self, store: Store, tier: Tier) -> None:
        self._store = store
        self._tier = tier

    def create_disk(self, disk_id: str, content_id: str, size_gib: int) -> None:
        """Raises GuestError if the content is missing or does not fit."""
        with self._store.lock("references"):
            content = self._store.content(content_id)
            if size_gib < content.size_gib:
                raise GuestError(
                    "DiskTooSmall",
                    f"{size_gib} GiB for disk {disk_id!r} is less than its source's {content.size_gib} GiB.",
                )
            self._create(disk_id, replace(content, size_gib=size_gib))

    def create_empty_disk(self, disk_id: str, size_gib: int) -> None:
        with self._store.lock("references"):
            self._create(disk_id, DiskState(layers=(), size_gib=size_gib, root_uuid="", bootable=False))

    def _create(self, disk_id: str, state: DiskState) -> None:
        if not self._store.disk_file(disk_id).exists():
            self._store.write(self._store.disk_file(disk_id), state)

    def append(self, disk_id: str, upper: Path) -> DiskState:
        """Makes what a script wrote the disk's newest layer. The caller holds the disk's lock."""
        layer = self._store.new_layer()
        with self._store.lock("references"):
            disk = self._store.disk(disk_id)
            upper.rename(self._store.layers / layer)
            grown = replace(disk, layers=(*disk.layers, layer))
            self._store.write(self._store.disk_file(disk_id), grown)
        return grown

    def adopt_merged(self, disk_id: str, base: str, merged: Path) -> None:
        """Puts one merged layer in the place of all above the base. The caller holds the disk's lock."""
        layer = self._store.new_layer()
        with self._store.lock("references"):
            disk = self._store.disk(disk_id)
            merged.rename(self._store.layers / layer)
            self._store.write(self._store.disk_file(disk_id), replace(disk, layers=(base, layer)))
        self.sweep()

    def freeze(self, disk_id: str, content_id: str) -> None:
        file = self._store.content_file(content_id)
        with self._store.lock(f"disk-{disk_id}"), self._store.lock("references"):
            if not file.exists():
                self._store.write(file, self._store.disk(disk_id))

    def delete_disk(self, disk_id: str) -> None:
        directory = self._store.disk_directory(disk_id)
        with self._store.lock(f"disk-{disk_id}"):
            self._discard(directory)
        self.sweep()

    def delete_content(self, content_id: str) -> None:
        with self._store.lock(f"vhd-{content_id}"):
            with self._store.lock("references"):
                self._store.content_file(content_id).unlink(missing_ok=True)
            self._discard_vhd(content_id)
        self.sweep()

    def discard_vhd(self, content_id: str) -> None:
        """Removes what an export has built; it becomes what the next export starts from, where it can."""
        with self._store.lock(f"vhd-{content_id}"):
            self._discard_vhd(content_id)

    def _discard_vhd(self, content_id: str) -> None:
        file, vhd = self._store.changes_file(content_id), self._store.vhd_file(content_id)
        if changes := Changes.read(file, self._store.layers):
            spares.give_back(self._store, vhd, changes)
        vhd.unlink(missing_ok=True)
        file.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Removes the layers that nothing refers to."""
        with self._store.lock("references"):
            used = self._store.layers_in_use() | {"empty"}
            doomed = [
                path for path in self._store.layers.iterdir() if path.name.partition(".")[0] not in used
            ]
            moved = [path.rename(self._store.temporary / self._store.temporary_name()) for path in doomed]
        for path in moved:
            remove_tree(self._tier, path)

    def _discard(self, directory: Path) -> None:
        """Away from its place in one step, then removed."""
        with suppress(FileNotFoundError):
            remove_tree(self._tier, directory.rename(self._store.temporary / self._store.temporary_name()))


def remove_tree(tier: Tier, path: Path) -> None:
    """Removes a guest's tree, whose files may belong to any user."""
    run_on_tree(tier, ["rm", "-rf", "--one-file-system", str(path)])
