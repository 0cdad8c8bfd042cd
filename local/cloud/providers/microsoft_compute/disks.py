"""Microsoft.Compute/disks: empty, copied from a disk or snapshot, or made from an image."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import not_allowed, not_implemented, required_parameter
from local.cloud.image_sources import ImageSource, content_of, resolve_image
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.disk_access import (
    GRANT,
    check_grant,
    grant_access,
    revoke_access,
)
from local.cloud.providers.microsoft_compute.disk_bodies import DISK_BODY, GIB, copy_source
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource


class Disks(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/disks"
    put_status: ClassVar[tuple[int, int]] = (202, 202)
    put_has_location: ClassVar[bool] = True
    creating_state: ClassVar[str] = "Updating"
    body: ClassVar[Record] = DISK_BODY

    def check(self, put: PutRequest) -> None:
        creation = put.properties["creationData"]
        match creation["createOption"]:
            case "Empty":
                if "diskSizeGB" not in put.properties:
                    raise required_parameter("disk.properties.diskSizeGB")
            case "Copy":
                copy_source(self.cloud.store, put)
            case "FromImage":
                self._image(put.properties, put.location)
            case other:
                raise not_implemented(f"a disk with createOption {other}")

    def _image(self, properties: Json, location: str) -> ImageSource:
        creation = properties["creationData"]
        reference = creation.get("galleryImageReference") or creation.get("imageReference")
        if not reference:
            raise required_parameter("disk.properties.creationData.imageReference")
        return resolve_image(self.cloud, reference, location)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        resource.document.setdefault("sku", {"name": "Standard_LRS"})
        if previous:
            for name in (
                "diskState",
                "uniqueId",
                "timeCreated",
                "osType",
                "hyperVGeneration",
                "creationData",
            ):
                if name in previous.properties:
                    properties.setdefault(name, previous.properties[name])
            properties.setdefault("diskSizeGB", previous.properties["diskSizeGB"])
            if "managedBy" in previous.document:
                resource.document["managedBy"] = previous.document["managedBy"]
        else:
            internal["uniqueId"] = internal["diskId"] = str(uuid.uuid4())
            properties.update(uniqueId=internal["uniqueId"], timeCreated=now(), diskState="Unattached")
            self._initialise_source(resource)
        properties["diskSizeBytes"] = properties["diskSizeGB"] * GIB

    def _initialise_source(self, resource: Resource) -> None:
        properties = resource.properties
        creation = properties["creationData"]
        if creation["createOption"] == "FromImage":
            image = self._image(properties, resource.location)
            resource.internal["image"] = image.to_json()
            properties.setdefault("diskSizeGB", image.size_gib)
            properties.update(osType=image.os_type, hyperVGeneration=image.generation)
        elif creation["createOption"] == "Copy":
            source = self.cloud.store.find(creation["sourceResourceId"])
            assert source  # noqa: S101 - `check` has just found it
            properties.setdefault("diskSizeGB", source.properties["diskSizeGB"])
            for name in ("osType", "hyperVGeneration"):
                if name in source.properties:
                    properties.setdefault(name, source.properties[name])

    async def provision(self, resource_id: ArmId) -> None:
        resource = self.cloud.store.get(resource_id)
        disk_id, size = resource.internal["diskId"], resource.properties["diskSizeGB"]
        guest = self.cloud.guest
        match resource.properties["creationData"]["createOption"]:
            case "FromImage":
                image = ImageSource.from_json(resource.internal["image"])
                if image.os_type == "Windows":
                    await asyncio.to_thread(guest.create_empty_disk, disk_id, size)
                else:
                    content = await content_of(self.cloud, image)
                    await asyncio.to_thread(guest.create_disk, disk_id, content, size)
            case "Copy":
                await self._copy(resource, disk_id, size)
            case _:
                await asyncio.to_thread(guest.create_empty_disk, disk_id, size)

    async def _copy(self, resource: Resource, disk_id: str, size: int) -> None:
        guest = self.cloud.guest
        source = self.cloud.store.find(resource.properties["creationData"]["sourceResourceId"])
        if source is None or resource.internal.get("copied"):
            return
        content = source.internal.get("contentId") or f"copy-{disk_id}"
        if "contentId" not in source.internal:
            await asyncio.to_thread(guest.freeze, source.internal["diskId"], content)
        await asyncio.to_thread(guest.create_disk, disk_id, content, size)
        with self.cloud.store.edit(resource.id) as changed:
            changed.internal["copied"] = True
        if "contentId" not in source.internal:
            await asyncio.to_thread(guest.delete_content, content)

    def check_delete(self, resource: Resource) -> None:
        if machine := resource.document.get("managedBy"):
            raise not_allowed(f"Disk {resource.id.name} is attached to VM {machine}.")

    async def remove(self, resource_id: ArmId) -> None:
        await revoke_access(self.cloud, resource_id)
        disk_id = self.cloud.store.get(resource_id).internal["diskId"]
        await asyncio.to_thread(self.cloud.guest.delete_disk, disk_id)

    def actions(self) -> Mapping[str, Action]:
        return {
            "begingetaccess": Action(self._grant, check_grant, body=GRANT),
            "endgetaccess": Action(self._revoke),
        }

    async def _grant(self, resource_id: ArmId, body: Json) -> Json | None:
        del body
        return await grant_access(self.cloud, resource_id)

    async def _revoke(self, resource_id: ArmId, body: Json) -> Json | None:
        del body
        await revoke_access(self.cloud, resource_id)
        return None
