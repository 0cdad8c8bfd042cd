"""The bytes of one disk, wherever they are: a content, a live disk that is frozen, or a VHD in a blob."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from local.cloud.cloud import Cloud
from local.cloud.json_types import Json
from local.cloud.ports import VHD_FOOTER_BYTES
from local.cloud.store import Resource

GIB = 1024**3


@dataclass(frozen=True)
class Volume:
    """One of `content_id`, `disk_id` and `blob_uri`. The size of a blob is 0 until it has been read.

    `os_type` is empty for a data disk.
    """

    size_gib: int
    os_type: str = ""
    content_id: str = ""
    disk_id: str = ""
    blob_uri: str = ""


@dataclass(frozen=True)
class DataVolume:
    """A data disk of an image, or of a machine that is being captured."""

    lun: int
    caching: str
    volume: Volume

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Json) -> Self:
        return cls(**{**document, "volume": Volume(**document["volume"])})


def volume_of(disk: Resource) -> Volume:
    """The bytes of a disk or a snapshot."""
    return Volume(
        size_gib=disk.properties["diskSizeGB"],
        os_type=disk.properties.get("osType", ""),
        content_id=disk.internal.get("contentId", ""),
        disk_id=disk.internal.get("diskId", ""),
    )


@dataclass(frozen=True)
class Frozen:
    """Immutable bytes: the guest's content and the disk's size."""

    content_id: str
    size_gib: int


async def freeze(cloud: Cloud, volume: Volume, name: str) -> Frozen:
    """The content that the bytes are already, or a new one of this name. Repeating it changes nothing."""
    if volume.content_id:
        return Frozen(volume.content_id, volume.size_gib)
    if volume.disk_id:
        await asyncio.to_thread(cloud.guest.freeze, volume.disk_id, name)
        return Frozen(name, volume.size_gib)
    return await asyncio.to_thread(_import_blob, cloud, volume, name)


def _import_blob(cloud: Cloud, volume: Volume, name: str) -> Frozen:
    with tempfile.TemporaryDirectory(dir=cloud.settings.data, prefix="import-") as folder:
        vhd = Path(folder) / "disk.vhd"
        cloud.storage.fetch_vhd(volume.blob_uri, vhd)
        cloud.guest.import_vhd(vhd, name, volume.os_type or None)
        return Frozen(name, -(-(vhd.stat().st_size - VHD_FOOTER_BYTES) // GIB))


@dataclass(frozen=True)
class Captured:
    """What a managed image or gallery version stands on: `data` by LUN."""

    os_disk: Frozen
    data: Mapping[int, Frozen]

    def note(self, internal: Json) -> None:
        """Writes the contents down, so that they are found again and released with their owner."""
        internal["contentId"] = self.os_disk.content_id
        internal["dataContents"] = {str(lun): frozen.content_id for lun, frozen in self.data.items()}


async def capture(cloud: Cloud, name: str, os_disk: Volume, data: Mapping[int, Volume]) -> Captured:
    """Freezes an OS disk as `name` and data disks as `name-lunN`. Repeating it changes nothing."""
    frozen = {lun: await freeze(cloud, volume, f"{name}-lun{lun}") for lun, volume in data.items()}
    return Captured(await freeze(cloud, os_disk, name), frozen)
