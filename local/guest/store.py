"""The data directory: where everything is, how it is locked, and how it is replaced whole or not at all.

layers/ID             immutable: base root file systems, overlayfs uppers of ended scripts, data disks' images
layers/ID.GIB         the disk of that size of a base alone, from which exports start
layers/ID.GIB.BOOT-ID copies of that, for the next exports
contents/ID.json      immutable states of disks; contents/ID.vhd is a content's exported disk image, and
                      contents/ID.changes says in what it differs from its base's disk
disks/ID/state.json   disks; disks/ID/run-*/ is what a script in progress has written so far
temporary/            what is being built or removed; anything there may go when nobody builds
locks/                one file per lock
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from local.guest.disk.esp import VOLUME_ID
from local.guest.errors import GuestError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


@dataclass(frozen=True)
class DiskState:
    """What a disk or content consists of: layers from the bottom up, or a raw image, or nothing yet.

    `root_uuid` is the root file system's UUID, which fstab and grub.cfg in the tree refer to, and `esp_id`
    the EFI partition's volume id. `bootable` says that the tree holds a kernel and grub.cfg. `image` is a
    data disk's raw image, a file beside the layers; while nobody has written to the disk, there is none.
    """

    layers: tuple[str, ...]
    size_gib: int
    root_uuid: str
    bootable: bool
    image: str = ""
    os_type: str = "Linux"
    esp_id: str = VOLUME_ID


class Store:
    """Paths, locks and state files below one data directory."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self.layers = self.data / "layers"
        self.contents = self.data / "contents"
        self.disks = self.data / "disks"
        self.temporary = self.data / "temporary"
        self._locks = self.data / "locks"
        for directory in (self.layers, self.contents, self.disks, self.temporary, self._locks):
            directory.mkdir(parents=True, exist_ok=True)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Exclusive among threads and processes; the kernel lets go of it when the process dies."""
        path = self._locks / name
        descriptor = _locked(path)
        try:
            yield
        finally:
            # Whoever waits for this file sees that it is gone and makes a new one, so none is left over.
            path.unlink(missing_ok=True)
            # A child just being started may still share the descriptor, so closing alone would not do.
            fcntl.flock(descriptor, fcntl.LOCK_UN)
            os.close(descriptor)

    def content_file(self, content_id: str) -> Path:
        return self.contents / f"{checked_name(content_id)}.json"

    def vhd_file(self, content_id: str) -> Path:
        return self.contents / f"{checked_name(content_id)}.vhd"

    def changes_file(self, content_id: str) -> Path:
        return self.contents / f"{checked_name(content_id)}.changes"

    def disk_directory(self, disk_id: str) -> Path:
        return self.disks / checked_name(disk_id)

    def disk_file(self, disk_id: str) -> Path:
        return self.disk_directory(disk_id) / "state.json"

    def content(self, content_id: str) -> DiskState:
        return _read(self.content_file(content_id), "ContentNotFound", f"There is no content {content_id!r}.")

    def disk(self, disk_id: str) -> DiskState:
        return _read(self.disk_file(disk_id), "DiskNotFound", f"There is no disk {disk_id!r}.")

    def new_layer(self) -> str:
        """A name not in use. Short, because the kernel takes at most one page of mount options."""
        return secrets.token_hex(6)

    def new_temporary(self) -> Path:
        """A new directory on the same file system as everything else, so that results move by renaming."""
        path = self.temporary / self.temporary_name()
        path.mkdir()
        return path

    def temporary_name(self) -> str:
        """Carries the process's id, so that a later process knows what nobody is working on."""
        return f"{os.getpid()}-{secrets.token_hex(6)}"

    def abandoned(self) -> list[Path]:
        """What processes that have ended left in `temporary`."""
        found = self.temporary.iterdir()
        return [path for path in found if not Path("/proc", path.name.partition("-")[0]).exists()]

    def write(self, path: Path, state: DiskState) -> None:
        """Replaces a state file in one step."""
        path.parent.mkdir(exist_ok=True)
        draft = self.temporary / f"{self.temporary_name()}.json"
        draft.write_text(json.dumps(asdict(state)))
        draft.replace(path)

    def layers_in_use(self) -> set[str]:
        """Every layer and raw image that a disk or content refers to."""
        states = []
        for file in [*self.contents.glob("*.json"), *self.disks.glob("*/state.json")]:
            with suppress(FileNotFoundError):  # another thread deletes its disk
                states.append(_parse(file.read_bytes()))
        return {name for state in states for name in (*state.layers, state.image) if name}


def _locked(path: Path) -> int:
    """A descriptor that holds the lock on the file that is at the path now."""
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        os.close(descriptor)


def checked_name(name: str) -> str:
    """The name, if it may be a file's name. Raises GuestError."""
    if not _NAME.fullmatch(name):
        raise GuestError(
            "InvalidName",
            f"{name!r} cannot name a disk or content: it must have 1 to 120 letters, digits, '.', '_' or '-'"
            " and start with a letter or digit.",
        )
    return name


def _read(path: Path, code: str, missing: str) -> DiskState:
    try:
        return _parse(path.read_bytes())
    except FileNotFoundError:
        raise GuestError(code, missing) from None


def _parse(text: bytes) -> DiskState:
    values = json.loads(text)
    return DiskState(**{**values, "layers": tuple(values["layers"])})
