"""Managed images, managed disks, snapshots and VHD blobs as sources."""

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import DiskProperties, SnapshotProperties

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery import short_region
from shared.azure.values import text
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.resolved_source import Origin, OriginKind, ResolvedSource
from shared.domain.template import DiskImageSource

DISK_KINDS = {
    "ManagedDisk": OriginKind.DISK,
    "Snapshot": OriginKind.SNAPSHOT,
    "Vhd": OriginKind.BLOB,
}


def resolve_managed_image(client: ComputeManagementClient, image_id: str, location: str) -> ResolvedSource:
    """A managed image of this region; BuildFailed(BadManagedImageSource)."""
    parts = image_id.split("/")
    with azure_errors(f"read managed image {parts[8]}"):
        try:
            image = client.images.get(parts[4], parts[8])
        except HttpResponseError as error:
            if is_absent(error):
                raise _bad_image(f"there is no managed image {image_id}") from error
            raise
    properties = image.properties
    storage = properties.storage_profile if properties else None
    disk = storage.os_disk if storage else None
    _check_region("managed image", image_id, image.location, location)
    if text(disk.os_state if disk else None, "Generalized") != "Generalized":
        raise _bad_image(f"{image_id} is not generalized")
    return ResolvedSource(
        version=parts[8],
        generation=text(properties.hyper_v_generation if properties else None, "V1"),
        architecture="x64",  # a managed image holds no other
        os_disk_gb=int((disk.disk_size_gb if disk else None) or 0),
        os_type=text(disk.os_type if disk else None, "Linux"),
        image_id=image_id,
        data_luns=tuple(item.lun for item in (storage.data_disks if storage else None) or []),
    )


def resolve_disk(client: ComputeManagementClient, source: DiskImageSource, location: str) -> ResolvedSource:
    """An OS disk; what the template says of it has precedence over what the resource says.

    BuildFailed(BadDiskSource) where there is no such disk, or it lies elsewhere.
    """
    origin = Origin(DISK_KINDS[source.type], source.reference)
    found = None if source.type == "Vhd" else _read(client, source, location)
    capabilities = found.supported_capabilities if found else None
    return ResolvedSource(
        version=source.reference.rpartition("/")[2],
        generation=source.generation or text(found.hyper_v_generation if found else None, "V1"),
        architecture=source.architecture or text(capabilities.architecture if capabilities else None, "x64"),
        os_disk_gb=int((found.disk_size_gb if found else None) or 0),
        os_type=source.os_type or text(found.os_type if found else None, "Linux"),
        os_state=source.os_state,
        disk=origin,
    )


def _read(
    client: ComputeManagementClient, source: DiskImageSource, location: str
) -> DiskProperties | SnapshotProperties | None:
    parts = source.reference.split("/")
    kind = "snapshot" if source.type == "Snapshot" else "disk"
    operations = client.snapshots if source.type == "Snapshot" else client.disks
    with azure_errors(f"read {kind} {parts[8]}"):
        try:
            found = operations.get(parts[4], parts[8])
        except HttpResponseError as error:
            if is_absent(error):
                raise _bad_disk(f"there is no {kind} {source.reference}") from error
            raise
    _check_region(kind, source.reference, found.location, location)
    return found.properties


def _check_region(kind: str, resource_id: str, found: str, wanted: str) -> None:
    if short_region(found) != wanted:
        message = f"{kind} {resource_id} lies in {short_region(found)}, the template in {wanted}"
        raise _bad_image(message) if kind == "managed image" else _bad_disk(message)


def _bad_image(message: str) -> BuildFailed:
    return BuildFailed(BuildError("BadManagedImageSource", message))


def _bad_disk(message: str) -> BuildFailed:
    return BuildFailed(BuildError("BadDiskSource", message))
