"""What an image can be made of: a machine, a managed image, a disk, a snapshot, a VHD, a gallery version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from local.cloud import galleries
from local.cloud.errors import ArmError, not_implemented
from local.cloud.image_sources import data_volumes
from local.cloud.json_types import Json
from local.cloud.locations import canonical_location
from local.cloud.providers.microsoft_compute.machine_disks import data_disks_of, os_disk_of
from local.cloud.store import Resource, Store
from local.cloud.volumes import DataVolume, Volume, volume_of

MACHINE, IMAGE, VERSION = "machine", "image", "version"
DISK, SNAPSHOT, BLOB = "disk", "snapshot", "blob"


@dataclass(frozen=True)
class CaptureSource:
    """`kind` is one of the constants above; empty facts are unknown.

    `disk_id` is the ARM id of the disk or snapshot with the operating system, where there is one.
    """

    kind: str
    regions: tuple[str, ...]
    os_disk: Volume
    data_disks: tuple[DataVolume, ...] = ()
    os_type: str = ""
    os_state: str = ""
    generation: str = ""
    architecture: str = ""
    security_type: str = ""
    disk_id: str = ""


def find_source(store: Store, text: str, where: str) -> CaptureSource:
    """Raises ArmError when there is no such resource, it is not ready, or it cannot be a source."""
    found = store.find(text)
    if found is None:
        raise ArmError(404, "NotFound", f"The resource with id '{text}' in '{where}' cannot be found.", where)
    if (read := READERS.get(found.id.type.lower())) is None:
        raise not_implemented(f"an image made of '{text}'")
    if not galleries.is_ready(found):
        state = found.properties["provisioningState"]
        message = f"The source '{text}' is in provisioning state {state}; it must have succeeded."
        raise ArmError(409, "OperationNotAllowed", message, where)
    return read(store, found)


def blob_source(uri: str, os_type: str, location: str) -> CaptureSource:
    """A VHD in a storage account; what is in it is not known before it is read."""
    volume = Volume(0, os_type=os_type, blob_uri=uri)
    return CaptureSource(BLOB, (location,), volume, os_type=os_type)


def _from_machine(store: Store, machine: Resource) -> CaptureSource:
    disk = store.get(os_disk_of(machine))
    data = {entry["lun"]: entry for entry in machine.properties["storageProfile"]["dataDisks"]}
    return CaptureSource(
        kind=MACHINE,
        regions=(machine.location,),
        os_disk=volume_of(disk),
        data_disks=tuple(
            DataVolume(lun, data[lun]["caching"], volume_of(store.get(disk_id)))
            for lun, disk_id in data_disks_of(machine).items()
        ),
        os_type=disk.properties["osType"],
        os_state="Generalized" if machine.internal["generalized"] else "Specialized",
        generation=disk.properties.get("hyperVGeneration", ""),
        architecture=_architecture(disk),
        security_type=machine.properties.get("securityProfile", {}).get("securityType", ""),
        disk_id=str(disk.id),
    )


def _from_image(store: Store, image: Resource) -> CaptureSource:
    del store
    storage = image.properties["storageProfile"]
    disk = storage["osDisk"]
    return CaptureSource(
        kind=IMAGE,
        regions=(image.location,),
        os_disk=Volume(disk["diskSizeGB"], disk["osType"], content_id=image.internal["contentId"]),
        data_disks=data_volumes(image, storage["dataDisks"], "diskSizeGB"),
        os_type=disk["osType"],
        os_state=disk["osState"],
        generation=image.properties["hyperVGeneration"],
        architecture="x64",
    )


def _from_disk(store: Store, disk: Resource) -> CaptureSource:
    """Azure does not know whether what a disk holds was generalized."""
    del store
    return CaptureSource(
        kind=SNAPSHOT if "contentId" in disk.internal else DISK,
        regions=(disk.location,),
        os_disk=volume_of(disk),
        os_type=disk.properties.get("osType", ""),
        generation=disk.properties.get("hyperVGeneration", ""),
        architecture=_architecture(disk),
        security_type=disk.properties.get("securityProfile", {}).get("securityType", ""),
        disk_id=str(disk.id),
    )


def _from_version(store: Store, version: Resource) -> CaptureSource:
    definition = store.get(version.id.parent).properties
    storage = version.properties["storageProfile"]
    os_size = storage["osDiskImage"]["sizeInGB"]
    regions = version.properties["publishingProfile"]["targetRegions"]
    return CaptureSource(
        kind=VERSION,
        regions=tuple(canonical_location(region["name"]) for region in regions),
        os_disk=Volume(os_size, definition["osType"], content_id=version.internal["contentId"]),
        data_disks=data_volumes(version, storage.get("dataDiskImages", []), "sizeInGB"),
        os_type=definition["osType"],
        os_state=definition["osState"],
        generation=definition["hyperVGeneration"],
        architecture=definition["architecture"],
        security_type=galleries.security_type(definition),
    )


def _architecture(disk: Resource) -> str:
    capabilities: Json = disk.properties.get("supportedCapabilities", {})
    return str(capabilities.get("architecture", ""))


READERS: Final[Mapping[str, Callable[[Store, Resource], CaptureSource]]] = {
    "microsoft.compute/virtualmachines": _from_machine,
    "microsoft.compute/images": _from_image,
    "microsoft.compute/disks": _from_disk,
    "microsoft.compute/snapshots": _from_disk,
    "microsoft.compute/galleries/images/versions": _from_version,
}
