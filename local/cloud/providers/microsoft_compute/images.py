"""Microsoft.Compute/images: managed images of a generalized machine, or of disks, snapshots and VHDs."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.errors import change_not_allowed, invalid_parameter, not_allowed, required_parameter
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.capture_sources import (
    DISK,
    MACHINE,
    SNAPSHOT,
    CaptureSource,
    blob_source,
    find_source,
)
from local.cloud.providers.microsoft_compute.image_bodies import IMAGE_BODY
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource
from local.cloud.volumes import DataVolume, capture

WHERE = "image.properties.storageProfile.osDisk"


class Images(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/images"
    body: ClassVar[Record] = IMAGE_BODY

    def check(self, put: PutRequest) -> None:
        if put.previous:
            if source_texts(put.properties) not in ([], put.previous.internal["source"]):
                raise change_not_allowed("sourceVirtualMachine")
            generation = put.previous.properties["hyperVGeneration"]
            if put.properties.get("hyperVGeneration", generation) != generation:
                raise change_not_allowed("hyperVGeneration")
            return
        source = self._source(put.properties, put.location)
        _check_region(put, source)
        _check_generalized(put, source)
        _check_kind(put, source)

    def _source(self, properties: Json, location: str) -> CaptureSource:
        store = self.cloud.store
        if machine := properties.get("sourceVirtualMachine"):
            return find_source(store, machine["id"], "sourceVirtualMachine.id")
        storage = properties.get("storageProfile", {})
        os_disk = storage.get("osDisk", {})
        source = self._disk_source(os_disk, location, os_disk.get("osType", ""))
        data = tuple(
            DataVolume(
                disk["lun"], disk.get("caching", "None"), self._disk_source(disk, location, "").os_disk
            )
            for disk in storage.get("dataDisks", [])
        )
        os_type = os_disk["osType"]
        volume = replace(source.os_disk, os_type=os_type)
        return replace(source, os_disk=volume, os_type=os_type, os_state=os_disk["osState"], data_disks=data)

    def _disk_source(self, disk: Json, location: str, os_type: str) -> CaptureSource:
        if blob := disk.get("blobUri"):
            return blob_source(blob, os_type, location)
        if reference := disk.get("managedDisk") or disk.get("snapshot"):
            return find_source(self.cloud.store, reference["id"], WHERE)
        raise required_parameter("sourceVirtualMachine")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties = resource.properties
        if previous:
            state = properties["provisioningState"]
            properties.update({**previous.properties, "provisioningState": state})
            return
        source = self._source(properties, resource.location)
        resource.internal.update(source=source_texts(properties), uniqueId=str(uuid.uuid4()))
        storage = properties.setdefault("storageProfile", {})
        storage.setdefault("zoneResilient", False)
        sku = "Standard_ZRS" if storage["zoneResilient"] else "Standard_LRS"
        os_disk = storage.setdefault("osDisk", {"osState": "Generalized", "osType": source.os_type})
        os_disk.setdefault("diskSizeGB", source.os_disk.size_gib)
        os_disk.setdefault("caching", "ReadWrite")
        os_disk.setdefault("storageAccountType", sku)
        if source.kind == MACHINE:
            os_disk["managedDisk"] = {"id": source.disk_id}
        given = {disk["lun"]: disk for disk in storage.get("dataDisks", [])}
        storage["dataDisks"] = [
            {
                "diskSizeGB": disk.volume.size_gib,
                "caching": disk.caching,
                "storageAccountType": sku,
                **given.get(disk.lun, {}),
                "lun": disk.lun,
            }
            for disk in source.data_disks
        ]
        properties.setdefault("hyperVGeneration", source.generation or "V1")

    async def provision(self, resource_id: ArmId) -> None:
        image = self.cloud.store.get(resource_id)
        if "contentId" in image.internal:
            return
        source = self._source(_as_given(image), image.location)
        data = {disk.lun: disk.volume for disk in source.data_disks}
        captured = await capture(self.cloud, f"image-{image.internal['uniqueId']}", source.os_disk, data)
        with self.cloud.store.edit(resource_id) as changed:
            captured.note(changed.internal)
            storage = changed.properties["storageProfile"]
            storage["osDisk"]["diskSizeGB"] = captured.os_disk.size_gib
            for disk in storage["dataDisks"]:
                disk["diskSizeGB"] = captured.data[disk["lun"]].size_gib

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.release_contents(self.cloud.store.get(resource_id))


def source_texts(properties: Json) -> list[str]:
    """Everything that the body says about where the bytes come from; compared when it is sent again."""
    machine = properties.get("sourceVirtualMachine", {}).get("id")
    if machine:
        return [machine.lower()]
    storage = properties.get("storageProfile", {})
    disks = [storage.get("osDisk", {}), *storage.get("dataDisks", [])]
    references = [disk.get("managedDisk") or disk.get("snapshot") or {} for disk in disks]
    found = [*(reference.get("id") for reference in references), *(disk.get("blobUri") for disk in disks)]
    return sorted(text.lower() for text in found if text)


def _as_given(image: Resource) -> Json:
    """What names the source; a machine's image also shows the machine's disk."""
    machine = image.properties.get("sourceVirtualMachine")
    return {"sourceVirtualMachine": machine} if machine else image.properties


def _check_region(put: PutRequest, source: CaptureSource) -> None:
    if put.location not in source.regions:
        region = ", ".join(source.regions)
        message = f"The source of the image is in region {region}; an image is made in the same region."
        raise invalid_parameter(message, "location")


def _check_generalized(put: PutRequest, source: CaptureSource) -> None:
    if source.os_state == "Generalized":
        return
    if source.kind == MACHINE:
        name = put.properties["sourceVirtualMachine"]["id"].rsplit("/", 1)[-1]
        message = (
            f"The operation 'createOrUpdate Image' requires the Virtual Machine '{name}' to be Generalized."
        )
        raise not_allowed(message)
    raise invalid_parameter("A managed image must be Generalized.", "osDisk.osState")


def _check_kind(put: PutRequest, source: CaptureSource) -> None:
    """Neither Trusted Launch nor Arm64; the generation is the source's, and needed where it is not known."""
    if source.security_type not in ("", "Standard"):
        message = (
            "Creation of managed images are not supported for virtual machine with "
            f"{source.security_type} security type."
        )
        raise not_allowed(message)
    if source.architecture == "Arm64":
        raise not_allowed("Creation of managed images is not supported for Arm64 disks.")
    wanted = put.properties.get("hyperVGeneration")
    if not wanted and not source.generation and source.kind not in (DISK, SNAPSHOT):
        raise required_parameter("image.properties.hyperVGeneration")
    if wanted and source.generation and wanted != source.generation:
        message = f"The source's hyper-V generation is '{source.generation}', not '{wanted}'."
        raise invalid_parameter(message, "image.properties.hyperVGeneration")
