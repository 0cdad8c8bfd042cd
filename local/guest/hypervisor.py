"""What a virtual machine's disks and scripts are on this machine: the package's only front door.

A disk is a Linux root file system made of immutable layers. Scripts run in it in their own namespaces,
and an immutable state of it, a content, becomes a bootable fixed VHD. All state lives below one data
directory and survives the death of the process at any point. Every method may be called from any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from local.guest.errors import GuestError


@dataclass(frozen=True)
class MarketplaceImage:
    """One row of the catalogue, by Azure's real names."""

    publisher: str
    offer: str
    sku: str
    version: str  # x.y.z
    os_type: str  # "Linux"
    generation: str  # "V1" or "V2"
    architecture: str  # "x64"
    os_disk_gib: int  # Azure's size of that image's disk
    recipe: str  # how its root file system is built


@dataclass(frozen=True)
class ScriptRequest:
    """One script to run in a guest. Output arrives as bytes, as it appears, on the calling thread."""

    script: Path
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    timeout_seconds: float
    run_as: str | None
    on_output: Callable[[bytes], None]
    on_error: Callable[[bytes], None]
    cancelled: Event
    hostname: str


@dataclass(frozen=True)
class ScriptResult:
    """How a script ended. A script that was killed has exit code 137."""

    exit_code: int
    timed_out: bool
    cancelled: bool


class Hypervisor:
    """The disks, contents and scripts below one data directory."""

    def __init__(self, data: Path) -> None:
        self._data = data

    def marketplace(self) -> tuple[MarketplaceImage, ...]:
        """The images that can be prepared here: the shipped catalogue and DATA/marketplace.toml."""
        raise _missing("marketplace")

    def prepare(self, image: MarketplaceImage) -> str:
        """The content id of the image; builds its root file system on first use (seconds), then cached."""
        raise _missing("prepare")

    def create_disk(self, disk_id: str, content_id: str, size_gib: int) -> None:
        """A writable disk on top of a content. Repeating it has no effect."""
        raise _missing("create_disk")

    def create_empty_disk(self, disk_id: str, size_gib: int) -> None:
        """A disk with nothing on it. Repeating it has no effect."""
        raise _missing("create_empty_disk")

    def delete_disk(self, disk_id: str) -> None:
        """Removes a disk; waits for a script that runs in it. A missing disk is no error."""
        raise _missing("delete_disk")

    def run_script(self, disk_id: str, request: ScriptRequest) -> ScriptResult:
        """Runs a script in the disk; its effects are kept whatever its exit code."""
        raise _missing("run_script")

    def freeze(self, disk_id: str, content_id: str) -> None:
        """Makes the disk's present state an immutable content. The disk stays usable."""
        raise _missing("freeze")

    def delete_content(self, content_id: str) -> None:
        """Removes a content; disks made from it stay. A missing content is no error."""
        raise _missing("delete_content")

    def export_vhd(self, content_id: str) -> Path:
        """The content as a sparse fixed VHD, built on first use. Read it, do not change it."""
        raise _missing("export_vhd")

    def data_ranges(self, vhd: Path) -> list[tuple[int, int]]:
        """The allocated (offset, length) byte ranges of a VHD, multiples of 512."""
        raise _missing("data_ranges")

    def tier(self) -> str:
        """The isolation that this machine gives to scripts, for people."""
        raise _missing("tier")

    def import_vhd(self, path: Path, content_id: str) -> None:
        """Makes a content from a VHD."""
        raise _missing("import_vhd")


def _missing(operation: str) -> GuestError:
    return GuestError("NotImplemented", f"{operation} is not implemented yet")
