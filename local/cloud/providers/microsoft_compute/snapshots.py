"""Microsoft.Compute/snapshots: the state of a disk, frozen; a copy of another snapshot; a VHD in a blob."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import change_not_allowed, not_implemented
from local.cloud.providers.microsoft_compute.disk_access import (
    access_actions,
    check_not_accessed,
    revoke_access,
)
from local.cloud.providers.microsoft_compute.disk_bodies import GIB, SNAPSHOT_BODY
from local.cloud.providers.microsoft_compute.disk_sources import (
    check_change,
    check_copy,
    check_import,
    copy_facts,
    source_volume,
)
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource
from local.cloud.volumes import freeze

COMPLETE = 100.0  # percent


class Snapshots(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/snapshots"
    put_status: ClassVar[tuple[int, int]] = (202, 202)
    put_has_location: ClassVar[bool] = True
    creating_state: ClassVar[str] = "Updating"
    body: ClassVar[Record] = SNAPSHOT_BODY

    def check(self, put: PutRequest) -> None:
        if put.previous:
            check_change(put, put.previous)
            former = put.previous.properties["incremental"]
            if put.properties.get("incremental", former) != former:
                raise change_not_allowed("incremental")
            return
        match put.properties["creationData"]["createOption"]:
            case "Copy":
                check_copy(self.cloud.store, put)
            case "Import":
                check_import(put)
            case other:
                raise not_implemented(f"a snapshot with createOption {other}")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        if previous:
            for name, value in previous.properties.items():
                properties.setdefault(name, value)
            resource.document.setdefault("sku", previous.document["sku"])
            return
        resource.document.setdefault("sku", {"name": "Standard_LRS"})
        properties.setdefault("incremental", False)
        internal["uniqueId"] = str(uuid.uuid4())
        properties.update(uniqueId=internal["uniqueId"], timeCreated=now(), diskState="Unattached")
        creation = properties["creationData"]
        source = self.cloud.store.find(creation.get("sourceResourceId", ""))
        if source:
            copy_facts(resource, source)
            creation["sourceUniqueId"] = source.internal["uniqueId"]
            if properties["incremental"]:
                family = source.properties.get("incrementalSnapshotFamilyId", source.internal["uniqueId"])
                properties["incrementalSnapshotFamilyId"] = family
        if "diskSizeGB" in properties:
            properties["diskSizeBytes"] = properties["diskSizeGB"] * GIB

    async def provision(self, resource_id: ArmId) -> None:
        resource = self.cloud.store.get(resource_id)
        if "contentId" in resource.internal:
            return
        volume = await source_volume(self.cloud, resource)
        if volume is None:
            raise not_implemented("an empty snapshot")
        frozen = await freeze(self.cloud, volume, f"snapshot-{resource.internal['uniqueId']}")
        with self.cloud.store.edit(resource_id) as changed:
            size = changed.properties.setdefault("diskSizeGB", frozen.size_gib)
            changed.internal["contentId"] = frozen.content_id
            changed.properties.update(completionPercent=COMPLETE, diskSizeBytes=size * GIB)

    def check_delete(self, resource: Resource) -> None:
        check_not_accessed(resource)

    async def remove(self, resource_id: ArmId) -> None:
        await revoke_access(self.cloud, resource_id)
        await self.cloud.release_contents(self.cloud.store.get(resource_id))

    def actions(self) -> Mapping[str, Action]:
        return access_actions(self.cloud)
