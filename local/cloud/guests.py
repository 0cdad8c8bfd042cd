"""Which guest stands behind the machines: the real one, or one that only keeps names."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from local.cloud.ports import (
    Changes,
    FirstBoot,
    Guest,
    GuestError,
    MarketplaceImage,
    ScriptRequest,
    ScriptResult,
)
from local.guest.hypervisor import Hypervisor
from local.guest.marketplace import read_marketplace


def create_guest(name: str, data: Path) -> Guest:
    """`local` runs scripts; `none` is the metadata-only guest for load tests."""
    return MetadataOnlyGuest() if name == "none" else Hypervisor(data / "guest")


class MetadataOnlyGuest:
    """For load tests of the control plane: accepts disks, and reports every script as succeeded WITHOUT
    running it.

    Nothing can be exported from it.
    """

    def marketplace(self) -> tuple[MarketplaceImage, ...]:
        return read_marketplace()

    def prepare(self, image: MarketplaceImage) -> str:
        return f"metadata-{image.sku}-{image.version}"

    def create_disk(self, disk_id: str, content_id: str, size_gib: int) -> None:
        """Nothing to do: only ARM's records exist."""

    def create_empty_disk(self, disk_id: str, size_gib: int) -> None:
        """Nothing to do."""

    def delete_disk(self, disk_id: str) -> None:
        """Nothing to do."""

    def run_script(self, disk_id: str, request: ScriptRequest) -> ScriptResult:
        del disk_id
        request.on_error(b"The metadata-only guest did not run this script.\n")
        return ScriptResult(exit_code=0, timed_out=False, cancelled=False)

    def first_boot(self, disk_id: str, boot: FirstBoot) -> None:
        """Nothing to do."""

    def boot(self, disk_id: str) -> None:
        """Nothing to do."""

    def freeze(self, disk_id: str, content_id: str) -> None:
        """Nothing to do."""

    def delete_content(self, content_id: str) -> None:
        """Nothing to do."""

    def exported(self, content_id: str) -> AbstractContextManager[Path]:
        raise GuestError("NotSupported", f"The metadata-only guest has no bytes of {content_id} to export.")

    def prepare_base(self, disk_id: str) -> Path | None:
        del disk_id
        return None

    def prepare_copy(self, base: Path) -> None:
        """Nothing to do."""

    def changes(self, content_id: str) -> Changes | None:
        del content_id
        return None

    def data_ranges(self, vhd_file: Path) -> list[tuple[int, int]]:
        raise GuestError("NotSupported", f"The metadata-only guest has no disk {vhd_file}.")

    def import_vhd(self, path: Path, content_id: str, os_type: str | None) -> None:
        """Nothing to do."""
