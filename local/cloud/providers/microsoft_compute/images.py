"""Microsoft.Compute/images: managed images of a generalized machine or its OS disk."""

from __future__ import annotations

import asyncio
import uuid
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.errors import (
    ArmError,
    change_not_allowed,
    invalid_parameter,
    missing_reference,
    not_allowed,
    required_parameter,
)
from local.cloud.providers.microsoft_compute.os_disks import os_disk_of
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    SUB_RESOURCE,
    Flag,
    ListOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    tracked,
)
from local.cloud.store import Resource

OS_DISK = Record(
    {
        "osType": Required(Text(one_of=("Linux", "Windows"))),
        "osState": Required(Text(one_of=("Generalized", "Specialized"))),
        "managedDisk": SUB_RESOURCE,
        "snapshot": SUB_RESOURCE,
        "blobUri": Unsupported(),
        "diskSizeGB": Number(minimum=1),
        "caching": Text(one_of=("None", "ReadOnly", "ReadWrite")),
        "storageAccountType": Text(),
        "diskEncryptionSet": Unsupported(),
    }
)


class Images(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/images"
    body: ClassVar[Record] = tracked(
        Record(
            {
                "sourceVirtualMachine": SUB_RESOURCE,
                "hyperVGeneration": Text(one_of=("V1", "V2")),
                "storageProfile": Record(
                    {"osDisk": OS_DISK, "dataDisks": ListOf(Unsupported()), "zoneResilient": Flag()}
                ),
                "provisioningState": ReadOnly(),
            }
        ),
        extendedLocation=Unsupported(),
    )

    def check(self, put: PutRequest) -> None:
        source = self._source(put)
        if put.previous:
            if put.previous.internal["source"] != str(source.id):
                raise change_not_allowed("sourceVirtualMachine")
            return
        if source.location != put.location:
            message = (
                f"The source '{source.id}' is in region {source.location}; an image is made in the same "
                "region."
            )
            raise invalid_parameter(message, "location")
        if "sourceVirtualMachine" in put.properties:
            if not source.internal["generalized"]:
                message = (
                    "The operation 'createOrUpdate Image' requires the Virtual Machine "
                    f"'{source.id.name}' to be Generalized."
                )
                raise not_allowed(message)
        elif put.properties["storageProfile"]["osDisk"]["osState"] != "Generalized":
            raise invalid_parameter("A managed image must be Generalized.", "osDisk.osState")

    def _source(self, put: PutRequest) -> Resource:
        """The machine, disk or snapshot that the image is made of."""
        reference = put.properties.get("sourceVirtualMachine")
        if reference is None:
            os_disk = put.properties.get("storageProfile", {}).get("osDisk", {})
            reference = os_disk.get("managedDisk") or os_disk.get("snapshot")
        if reference is None:
            raise required_parameter("sourceVirtualMachine")
        if (found := self.cloud.store.find(reference["id"])) is None:
            raise missing_reference(reference["id"], put.id)
        return found

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties = resource.properties
        if previous:
            properties.update(previous.properties)
            return
        put = PutRequest(resource.id, resource.document, None)
        source = self._source(put)
        resource.internal.update(source=str(source.id), uniqueId=str(uuid.uuid4()))
        disk = self._disk(source)
        storage = properties.setdefault("storageProfile", {})
        storage.setdefault("zoneResilient", False)
        storage.setdefault("dataDisks", [])
        os_disk = storage.setdefault(
            "osDisk", {"osState": "Generalized", "osType": disk.properties["osType"]}
        )
        os_disk.setdefault("diskSizeGB", disk.properties["diskSizeGB"])
        os_disk.setdefault("caching", "ReadWrite")
        os_disk.setdefault("storageAccountType", disk.document["sku"]["name"])
        kind = "snapshot" if "contentId" in disk.internal else "managedDisk"
        os_disk.setdefault(kind, {"id": str(disk.id)})
        properties.setdefault("hyperVGeneration", disk.properties.get("hyperVGeneration", "V1"))

    def _disk(self, source: Resource) -> Resource:
        if source.id.type.lower() == "microsoft.compute/virtualmachines":
            return self.cloud.store.get(os_disk_of(source))
        return source

    async def provision(self, resource_id: ArmId) -> None:
        image = self.cloud.store.get(resource_id)
        if "contentId" in image.internal:
            return
        source = self.cloud.store.find(image.internal["source"])
        if source is None:
            raise ArmError(404, "NotFound", "The source of the image was deleted before it was captured.")
        disk = self._disk(source)
        content = disk.internal.get("contentId")
        if not content:
            content = f"image-{image.internal['uniqueId']}"
            await asyncio.to_thread(self.cloud.guest.freeze, disk.internal["diskId"], content)
        with self.cloud.store.edit(resource_id) as changed:
            changed.internal["contentId"] = content

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.release_content(self.cloud.store.get(resource_id))
