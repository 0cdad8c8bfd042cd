"""Microsoft.Compute/disks: empty, copied, imported, uploaded, or made from an image."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import not_allowed, not_implemented, required_parameter
from local.cloud.providers.microsoft_compute.disk_access import (
    access_actions,
    check_not_accessed,
    revoke_access,
)
from local.cloud.providers.microsoft_compute.disk_bodies import DISK_BODY, GIB
from local.cloud.providers.microsoft_compute.disk_sources import (
    check_change,
    check_copy,
    check_import,
    check_upload,
    copy_facts,
    find_image,
    forget,
    source_volume,
)
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource
from local.cloud.volumes import freeze


class Disks(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/disks"
    put_status: ClassVar[tuple[int, int]] = (202, 202)
    put_has_location: ClassVar[bool] = True
    creating_state: ClassVar[str] = "Updating"
    body: ClassVar[Record] = DISK_BODY

    def check(self, put: PutRequest) -> None:
        if put.previous:
            check_change(put, put.previous)
            size = put.previous.properties.get("diskSizeGB")
            if put.properties.get("diskSizeGB", size) != size:
                raise not_implemented("growing a disk")
            return
        creation = put.properties["creationData"]
        match creation["createOption"]:
            case "Empty":
                if "diskSizeGB" not in put.properties:
                    raise required_parameter("disk.properties.diskSizeGB")
            case "Copy":
                check_copy(self.cloud.store, put)
            case "Import":
                check_import(put)
            case "Upload":
                check_upload(put)
            case "FromImage":
                find_image(self.cloud, creation, put.location)
            case other:
                raise not_implemented(f"a disk with createOption {other}")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        if previous:
            for name, value in previous.properties.items():
                properties.setdefault(name, value)
            for name in ("managedBy", "sku"):
                if name in previous.document:
                    resource.document.setdefault(name, previous.document[name])
            return
        resource.document.setdefault("sku", {"name": "Standard_LRS"})
        internal["uniqueId"] = internal["diskId"] = str(uuid.uuid4())
        properties.update(uniqueId=internal["uniqueId"], timeCreated=now(), diskState="Unattached")
        self._initialise_source(resource)
        if "diskSizeGB" in properties:
            properties["diskSizeBytes"] = properties["diskSizeGB"] * GIB

    def _initialise_source(self, resource: Resource) -> None:
        properties, creation = resource.properties, resource.properties["creationData"]
        match creation["createOption"]:
            case "FromImage":
                image, lun = find_image(self.cloud, creation, resource.location)
                resource.internal.update(image=image.to_json(), imageLun=lun)
                if lun is None:
                    properties.setdefault("diskSizeGB", image.size_gib)
                    properties.update(osType=image.os_type, hyperVGeneration=image.generation)
                    properties["supportedCapabilities"] = {"architecture": image.architecture}
            case "Copy":
                if source := self.cloud.store.find(creation["sourceResourceId"]):
                    copy_facts(resource, source)
            case "Upload":
                properties["diskState"] = "ReadyToUpload"
                properties["diskSizeGB"] = -(-creation["uploadSizeBytes"] // GIB)

    async def provision(self, resource_id: ArmId) -> None:
        resource = self.cloud.store.get(resource_id)
        if resource.internal.get("made") or resource.properties["diskState"] == "ReadyToUpload":
            return
        guest, disk_id = self.cloud.guest, resource.internal["diskId"]
        volume, size = await source_volume(self.cloud, resource), resource.properties.get("diskSizeGB", 0)
        if volume is None:
            await asyncio.to_thread(guest.create_empty_disk, disk_id, size)
        else:
            name = f"copy-{disk_id}"
            frozen = await freeze(self.cloud, volume, name)
            size = size or frozen.size_gib
            await asyncio.to_thread(guest.create_disk, disk_id, frozen.content_id, size)
            await forget(self.cloud, name, frozen.content_id)
        with self.cloud.store.edit(resource_id) as changed:
            changed.internal["made"] = True
            changed.properties.update(diskSizeGB=size, diskSizeBytes=size * GIB)

    def check_delete(self, resource: Resource) -> None:
        if machine := resource.document.get("managedBy"):
            raise not_allowed(f"Disk {resource.id.name} is attached to VM {machine}.")
        check_not_accessed(resource)

    async def remove(self, resource_id: ArmId) -> None:
        await revoke_access(self.cloud, resource_id)
        disk_id = self.cloud.store.get(resource_id).internal["diskId"]
        await asyncio.to_thread(self.cloud.guest.delete_disk, disk_id)

    def actions(self) -> Mapping[str, Action]:
        return access_actions(self.cloud)
