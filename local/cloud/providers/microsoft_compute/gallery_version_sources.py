"""Where a gallery image version's disks come from, as its `storageProfile` says."""

from __future__ import annotations

from dataclasses import replace

from local.cloud.errors import invalid_parameter, required_parameter
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.capture_sources import CaptureSource, blob_source, find_source
from local.cloud.providers.microsoft_compute.gallery_version_checks import WHERE
from local.cloud.store import Store
from local.cloud.volumes import DataVolume

DATA_WHERE = "galleryImageVersion.properties.storageProfile.dataDiskImages"


def source_text(properties: Json) -> str:
    """The id, or the blob's URL without its query, of what holds the operating system; empty if not named."""
    storage = properties.get("storageProfile", {})
    whole = storage.get("source", {})
    disk = storage.get("osDiskImage", {}).get("source", {})
    named = whole.get("virtualMachineId") or whole.get("id") or disk.get("id") or disk.get("uri") or ""
    return str(named).partition("?")[0]


def find_version_source(store: Store, properties: Json, location: str, os_type: str) -> CaptureSource:
    """Either `source` with all disks of it, or `osDiskImage` and `dataDiskImages` one by one."""
    storage = properties.get("storageProfile", {})
    whole = storage.get("source", {})
    disk = storage.get("osDiskImage", {}).get("source", {})
    data = [entry for entry in storage.get("dataDiskImages", []) if entry.get("source")]
    if text := whole.get("virtualMachineId") or whole.get("id"):
        if disk or data:
            message = "storageProfile.source excludes sources of osDiskImage and dataDiskImages."
            raise invalid_parameter(message, WHERE)
        return find_source(store, text, WHERE)
    source = _disk_source(store, disk, location, os_type, WHERE)
    volumes = tuple(
        DataVolume(
            entry["lun"],
            entry.get("hostCaching", "None"),
            _disk_source(store, entry["source"], location, "", DATA_WHERE).os_disk,
        )
        for entry in data
    )
    return replace(source, data_disks=volumes) if volumes else source


def _disk_source(store: Store, named: Json, location: str, os_type: str, where: str) -> CaptureSource:
    if named.get("id"):
        return find_source(store, named["id"], where)
    if named.get("uri"):
        if not named.get("storageAccountId"):
            raise required_parameter(where.replace("source.id", "osDiskImage.source.storageAccountId"))
        return blob_source(named["uri"], os_type, location)
    raise required_parameter(where)
