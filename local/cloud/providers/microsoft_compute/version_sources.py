"""What a gallery image version can be made of: a machine, a managed image, a disk, a snapshot, another
version."""

from __future__ import annotations

from dataclasses import dataclass

from local.cloud.errors import ArmError, invalid_parameter, not_implemented, required_parameter
from local.cloud.json_types import Json
from local.cloud.locations import canonical_location
from local.cloud.providers.microsoft_compute.os_disks import os_disk_of
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource, Store

WHERE = "galleryImageVersion.properties.storageProfile.source.id"


@dataclass(frozen=True)
class VersionSource:
    """Either `disk_id` (a live disk, to be frozen) or `content_id` (frozen already). Empty facts are
    unknown."""

    regions: tuple[str, ...]
    size_gib: int
    os_type: str = ""
    os_state: str = ""
    generation: str = ""
    disk_id: str = ""
    content_id: str = ""


def source_id(properties: Json) -> str:
    """The id that the body names as its source; empty when it names none."""
    storage = properties.get("storageProfile", {})
    source = storage.get("source", {})
    disk = storage.get("osDiskImage", {}).get("source", {})
    return str(source.get("virtualMachineId") or source.get("id") or disk.get("id") or "")


def find_source(store: Store, text: str) -> VersionSource:
    """Raises ArmError when there is no such resource or it cannot be a source."""
    found = store.find(text)
    if found is None:
        message = f"The resource with id '{text}' in '{WHERE}' cannot be found."
        raise ArmError(404, "NotFound", message, WHERE)
    match found.id.type.lower():
        case "microsoft.compute/virtualmachines":
            return _from_machine(store, found)
        case "microsoft.compute/images":
            return _from_image(found)
        case "microsoft.compute/disks" | "microsoft.compute/snapshots":
            return _from_disk(found)
        case "microsoft.compute/galleries/images/versions":
            return _from_version(store, found)
    raise not_implemented(f"a gallery image version made of '{text}'")


def check_source(store: Store, put: PutRequest) -> None:
    """The source must be in the version's region and fit the definition."""
    if not (text := source_id(put.properties)):
        raise required_parameter(WHERE)
    source = find_source(store, text)
    if put.location not in source.regions:
        message = f"The source '{text}' is in region {', '.join(source.regions)}, not in '{put.location}'."
        raise invalid_parameter(message, WHERE)
    definition = store.get(put.id.parent).properties
    facts = {
        "osType": (source.os_type, "OS type"),
        "osState": (source.os_state, "OS state"),
        "hyperVGeneration": (source.generation, "Hypervisor generation"),
    }
    for name, (actual, words) in facts.items():
        if actual and actual != definition[name]:
            message = (
                f"The resource with id '{text}' has a different {words} ['{actual}'] than the parent "
                "gallery image "
                f"['{definition[name]}']."
            )
            raise ArmError(409, "OperationNotAllowed", message, WHERE)


def _from_machine(store: Store, machine: Resource) -> VersionSource:
    disk = store.get(os_disk_of(machine))
    return VersionSource(
        regions=(machine.location,),
        size_gib=disk.properties["diskSizeGB"],
        os_type=disk.properties["osType"],
        os_state="Generalized" if machine.internal["generalized"] else "Specialized",
        generation=disk.properties.get("hyperVGeneration", ""),
        disk_id=disk.internal["diskId"],
    )


def _from_image(image: Resource) -> VersionSource:
    disk = image.properties["storageProfile"]["osDisk"]
    return VersionSource(
        regions=(image.location,),
        size_gib=disk["diskSizeGB"],
        os_type=disk["osType"],
        os_state=disk["osState"],
        generation=image.properties["hyperVGeneration"],
        content_id=image.internal.get("contentId", ""),
    )


def _from_disk(disk: Resource) -> VersionSource:
    """Azure does not know whether what a disk holds was generalized."""
    return VersionSource(
        regions=(disk.location,),
        size_gib=disk.properties["diskSizeGB"],
        os_type=disk.properties.get("osType", ""),
        generation=disk.properties.get("hyperVGeneration", ""),
        disk_id=disk.internal.get("diskId", ""),
        content_id=disk.internal.get("contentId", ""),
    )


def _from_version(store: Store, version: Resource) -> VersionSource:
    definition = store.get(version.id.parent).properties
    regions = version.properties["publishingProfile"]["targetRegions"]
    return VersionSource(
        regions=tuple(canonical_location(region["name"]) for region in regions),
        size_gib=version.properties["storageProfile"]["osDiskImage"]["sizeInGB"],
        os_type=definition["osType"],
        os_state=definition["osState"],
        generation=definition["hyperVGeneration"],
        content_id=version.internal.get("contentId", ""),
    )
