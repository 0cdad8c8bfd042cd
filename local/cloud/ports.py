"""What the cloud needs from whatever stands for its machines: the seam between ARM and the guests."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from local.guest.changes import Changes
from local.guest.errors import GuestError
from local.guest.first_boot import FirstBoot
from local.guest.marketplace import MarketplaceImage
from local.guest.run_script import ScriptRequest, ScriptResult
from local.guest.vhd import FOOTER_SIZE as VHD_FOOTER_BYTES

__all__ = [
    "VHD_FOOTER_BYTES",
    "Changes",
    "FirstBoot",
    "Guest",
    "GuestError",
    "MarketplaceImage",
    "ScriptRequest",
    "ScriptResult",
]


class Guest(Protocol):
    """`local.guest.hypervisor.Hypervisor` is the real one. All methods block, may be
    repeated, and raise GuestError for what cannot be done."""

    def marketplace(self) -> tuple[MarketplaceImage, ...]: ...

    def prepare(self, image: MarketplaceImage) -> str: ...

    def create_disk(self, disk_id: str, content_id: str, size_gib: int) -> None: ...

    def create_empty_disk(self, disk_id: str, size_gib: int) -> None: ...

    def delete_disk(self, disk_id: str) -> None: ...

    def run_script(self, disk_id: str, request: ScriptRequest) -> ScriptResult: ...

    def first_boot(self, disk_id: str, boot: FirstBoot) -> None: ...

    def boot(self, disk_id: str) -> None: ...

    def freeze(self, disk_id: str, content_id: str) -> None: ...

    def delete_content(self, content_id: str) -> None: ...

    def exported(self, content_id: str) -> AbstractContextManager[Path]: ...

    def prepare_base(self, disk_id: str) -> Path | None: ...

    def prepare_copy(self, base: Path) -> None: ...

    def changes(self, content_id: str) -> Changes | None: ...

    def data_ranges(self, vhd_file: Path) -> list[tuple[int, int]]: ...

    def import_vhd(self, path: Path, content_id: str, os_type: str | None) -> None: ...
