"""What disks and snapshots are made of: `creationData`, checked and turned into bytes."""

from __future__ import annotations

import asyncio

from local.cloud.cloud import Cloud
from local.cloud.errors import (
    ArmError,
    change_not_allowed,
    invalid_parameter,
    missing_reference,
    required_parameter,
)
from local.cloud.image_sources import ImageSource, content_of, resolve_image
from local.cloud.json_types import Json
from local.cloud.ports import VHD_FOOTER_BYTES
from local.cloud.providers.microsoft_compute.disk_bodies import MAX_SIZE_GIB
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource, Store
from local.cloud.volumes import Volume, volume_of

MIB = 1024**2
CREATION = "properties.creationData"
COPIED_FACTS = ("osType", "hyperVGeneration", "supportedCapabilities", "securityProfile", "diskSizeGB")
FIXED = ("createOption", "sourceResourceId", "sourceUri", "uploadSizeBytes")


def check_copy(store: Store, put: PutRequest) -> Resource:
    """The disk or snapshot that is copied: it must exist, in the same region, and be ready."""
    where = f"{CREATION}.sourceResourceId"
    text = put.properties["creationData"].get("sourceResourceId")
    if not text:
        raise required_parameter(where)
    source = store.find(text)
    if source is None:
        raise missing_reference(text, put.id, where)
    if source.id.type.lower() not in ("microsoft.compute/disks", "microsoft.compute/snapshots"):
        raise invalid_parameter(f"The source '{text}' is neither a disk nor a snapshot.", where)
    if source.location != put.location:
        message = (
            f"The source '{text}' is in region {source.location}, the copy is requested in {put.location}."
        )
        raise ArmError(400, "BadRequest", message, where)
    has_no_bytes = source.properties.get("diskState") in ("ReadyToUpload", "ActiveUpload")
    if source.properties["provisioningState"] != "Succeeded" or has_no_bytes:
        raise ArmError(409, "Conflict", f"The source '{text}' is not ready to be copied.", where)
    if put.properties.get("diskSizeGB", MAX_SIZE_GIB) < source.properties["diskSizeGB"]:
        message = f"Cannot copy to a disk smaller than its source ({source.properties['diskSizeGB']} GB)."
        raise invalid_parameter(message, "properties.diskSizeGB")
    return source


def check_import(put: PutRequest) -> None:
    creation = put.properties["creationData"]
    for name in ("sourceUri", "storageAccountId"):
        if not creation.get(name):
            raise required_parameter(f"{CREATION}.{name}")
    if "osType" in put.properties and "hyperVGeneration" not in put.properties:
        put.properties["hyperVGeneration"] = "V1"


def check_upload(put: PutRequest) -> None:
    """The size is that of a fixed VHD: whole MiB and a footer."""
    where = f"{CREATION}.uploadSizeBytes"
    size = put.properties["creationData"].get("uploadSizeBytes")
    if not size:
        raise required_parameter(where)
    if (size - VHD_FOOTER_BYTES) % MIB:
        message = f"The upload size {size} is not a whole number of MiB and a VHD footer of 512 bytes."
        raise invalid_parameter(message, where)


def check_change(put: PutRequest, previous: Resource) -> None:
    """What a disk was made of stays; it may not shrink."""
    given, former = put.properties["creationData"], previous.properties["creationData"]
    for name in FIXED:
        if given.get(name, former.get(name)) != former.get(name):
            raise change_not_allowed(f"creationData.{name}")
    size, current = put.properties.get("diskSizeGB"), previous.properties.get("diskSizeGB")
    if size and current and size < current:
        message = (
            f"Disk Size reduction is not supported. Current size is {current} GB, requested size is "
            f"{size} GB."
        )
        raise ArmError(400, "BadRequest", message, "properties.diskSizeGB")


def find_image(cloud: Cloud, creation: Json, location: str) -> tuple[ImageSource, int | None]:
    """The image of a FromImage, and the LUN if one of its data disks is meant. Raises ArmError."""
    reference = creation.get("galleryImageReference") or creation.get("imageReference")
    if not reference:
        raise required_parameter(f"{CREATION}.imageReference")
    source = resolve_image(cloud, {**reference, "lun": None}, location)
    lun = reference.get("lun")
    if lun is not None and lun not in {disk.lun for disk in source.data_disks}:
        message = f"The image has no data disk at LUN {lun}."
        raise invalid_parameter(message, f"{CREATION}.imageReference.lun")
    return source, lun


def copy_facts(resource: Resource, source: Resource) -> None:
    """A copy is what its source is, unless the body said otherwise."""
    for name in COPIED_FACTS:
        if name in source.properties:
            resource.properties.setdefault(name, source.properties[name])


async def source_volume(cloud: Cloud, resource: Resource) -> Volume | None:
    """The bytes that a disk or snapshot starts with; None for an empty one. Raises ArmError."""
    creation, os_type = resource.properties["creationData"], resource.properties.get("osType", "")
    match creation["createOption"]:
        case "Copy":
            source = cloud.store.find(creation["sourceResourceId"])
            if source is None:
                raise ArmError(404, "NotFound", "The source of the copy was deleted before it was copied.")
            return volume_of(source)
        case "Import":
            return Volume(0, os_type, blob_uri=creation["sourceUri"])
        case "FromImage":
            image = ImageSource.from_json(resource.internal["image"])
            lun = resource.internal.get("imageLun")
            if lun is None:
                return Volume(image.size_gib, os_type, content_id=await content_of(cloud, image))
            return next(disk.volume for disk in image.data_disks if disk.lun == lun)
    return None


async def forget(cloud: Cloud, name: str, content_id: str) -> None:
    """Removes a content that was made only to be copied from."""
    if content_id == name:
        await asyncio.to_thread(cloud.guest.delete_content, content_id)
