"""What exports start from is made ahead, in the background."""

import asyncio
from pathlib import Path
from threading import Event
from typing import cast

import pytest

from local.cloud.guests import MetadataOnlyGuest
from local.cloud.ports import GuestError
from local.cloud.preparing import Preparing
from local.cloud.storage import Storage

BASE = Path("layers/base.30")


class SlowGuest(MetadataOnlyGuest):
    """Makes a base when it is told to go on; has no disk `gone`."""

    def __init__(self) -> None:
        self.go_on = Event()
        self.copied: list[Path] = []

    def prepare_base(self, disk_id: str) -> Path | None:
        self.go_on.wait(10)
        if disk_id == "gone":
            raise GuestError("DiskNotFound", "There is no disk 'gone'.")
        return BASE if disk_id == "bootable" else None

    def prepare_copy(self, base: Path) -> None:
        self.copied.append(base)

    def data_ranges(self, vhd_file: Path) -> list[tuple[int, int]]:
        return [(0, len(str(vhd_file)))]


class NotingStorage:
    def __init__(self) -> None:
        self.bases: list[tuple[Path, list[tuple[int, int]]]] = []

    def publish_base(self, base: Path, ranges: list[tuple[int, int]]) -> None:
        self.bases.append((base, ranges))


@pytest.mark.parametrize(
    ("disk", "published"), [("bootable", [(BASE, [(0, 14)])]), ("tiny", []), ("gone", [])]
)
def test_a_base_is_published_behind_the_callers_back(
    disk: str, published: list[tuple[Path, list[tuple[int, int]]]]
) -> None:
    guest, storage = SlowGuest(), NotingStorage()

    async def scenario() -> None:
        preparing = Preparing(guest, cast("Storage", storage))
        preparing.begin(disk)
        await asyncio.sleep(0)
        assert storage.bases == []
        guest.go_on.set()
        await preparing.stop()

    asyncio.run(scenario())
    assert storage.bases == published
    assert guest.copied == [base for base, _ in published]
