"""Microsoft.Compute/snapshots: the state of a disk, frozen, or a copy of another snapshot."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Mapping
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import ArmError, change_not_allowed, not_implemented
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.disk_access import (
    GRANT,
    check_grant,
    grant_access,
    revoke_access,
)
from local.cloud.providers.microsoft_compute.disk_bodies import GIB, SNAPSHOT_BODY, copy_source
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource


class Snapshots(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/snapshots"
    put_status: ClassVar[tuple[int, int]] = (202, 202)
    put_has_location: ClassVar[bool] = True
    creating_state: ClassVar[str] = "Updating"
    body: ClassVar[Record] = SNAPSHOT_BODY

    def check(self, put: PutRequest) -> None:
        creation = put.properties["creationData"]
        if put.previous:
            if creation != put.previous.internal["creationData"]:
                raise change_not_allowed("creationData")
            return
        if creation["createOption"] != "Copy":
            raise not_implemented(f"a snapshot with createOption {creation['createOption']}")
        copy_source(self.cloud.store, put)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        resource.document.setdefault("sku", {"name": "Standard_LRS"})
        properties.setdefault("incremental", False)
        if previous:
            for name, value in previous.properties.items():
                properties.setdefault(name, value)
            return
        source = self.cloud.store.find(properties["creationData"]["sourceResourceId"])
        assert source  # noqa: S101 - `check` has just found it
        internal.update(uniqueId=str(uuid.uuid4()), creationData=dict(properties["creationData"]))
        properties["creationData"]["sourceUniqueId"] = source.internal["uniqueId"]
        properties.update(uniqueId=internal["uniqueId"], timeCreated=now(), diskState="Unattached")
        for name in ("osType", "hyperVGeneration", "diskSizeGB"):
            if name in source.properties:
                properties.setdefault(name, source.properties[name])
        properties["diskSizeBytes"] = properties["diskSizeGB"] * GIB

    async def provision(self, resource_id: ArmId) -> None:
        resource = self.cloud.store.get(resource_id)
        if "contentId" in resource.internal:
            return
        source = self.cloud.store.find(resource.properties["creationData"]["sourceResourceId"])
        if source is None:
            raise ArmError(404, "NotFound", "The source of the snapshot was deleted before it was copied.")
        content = source.internal.get("contentId")
        if not content:
            content = f"snapshot-{resource.internal['uniqueId']}"
            await asyncio.to_thread(self.cloud.guest.freeze, source.internal["diskId"], content)
        with self.cloud.store.edit(resource_id) as changed:
            changed.internal["contentId"] = content
            changed.properties["completionPercent"] = 100.0

    async def remove(self, resource_id: ArmId) -> None:
        await revoke_access(self.cloud, resource_id)
        await self.cloud.release_content(self.cloud.store.get(resource_id))

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
