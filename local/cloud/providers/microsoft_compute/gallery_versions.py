"""Microsoft.Compute/galleries/images/versions: an image, replicated to regions.

Replication moves nothing here: its progress is that of the operation, its end is the end of the real capture.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import ClassVar

from local.cloud import galleries
from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import not_allowed
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS, canonical_location
from local.cloud.providers.microsoft_compute import gallery_version_checks as checks
from local.cloud.providers.microsoft_compute.capture_sources import CaptureSource
from local.cloud.providers.microsoft_compute.gallery_version_bodies import VERSION_BODY
from local.cloud.providers.microsoft_compute.gallery_version_sources import find_version_source, source_text
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource
from local.cloud.volumes import capture

COMPLETE = 100  # percent


class GalleryVersions(ResourceType):
    name: ClassVar[str] = galleries.VERSIONS
    body: ClassVar[Record] = VERSION_BODY

    def check(self, put: PutRequest) -> None:
        checks.check_name(put.id.name)
        checks.check_regions(put)
        checks.check_dates(put)
        if put.previous:
            checks.check_update(put, put.previous)
            return
        definition = self.cloud.store.get(put.id.parent).properties
        source = find_version_source(self.cloud.store, put.properties, put.location, definition["osType"])
        checks.check_fits(put, source, source_text(put.properties), definition)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        _initialise_regions(resource, previous)
        safety = resource.properties.setdefault("safetyProfile", {})
        safety.setdefault("allowDeletionOfReplicatedLocations", True)
        safety["reportedForPolicyViolation"] = False
        profile = resource.properties["publishingProfile"]
        if previous:
            profile["publishedDate"] = previous.properties["publishingProfile"]["publishedDate"]
            resource.properties["storageProfile"] = previous.properties["storageProfile"]
            return
        profile["publishedDate"] = now()
        facts = checks.source_facts(resource.properties)
        resource.internal.update(source=facts, uniqueId=str(uuid.uuid4()), replicated=[])
        self._initialise_storage(resource)

    def _initialise_storage(self, resource: Resource) -> None:
        storage = resource.properties["storageProfile"]
        given = {disk["lun"]: disk for disk in storage.get("dataDiskImages", [])}
        source = self._source(resource)
        storage.setdefault("osDiskImage", {}).setdefault("hostCaching", "ReadWrite")
        storage["osDiskImage"]["sizeInGB"] = source.os_disk.size_gib
        storage["dataDiskImages"] = [
            {
                "hostCaching": disk.caching,
                **given.get(disk.lun, {}),
                "lun": disk.lun,
                "sizeInGB": disk.volume.size_gib,
            }
            for disk in source.data_disks
        ]

    def _source(self, version: Resource) -> CaptureSource:
        definition = self.cloud.store.get(version.id.parent).properties
        return find_version_source(
            self.cloud.store, version.properties, version.location, definition["osType"]
        )

    async def provision(self, resource_id: ArmId) -> None:
        version = self.cloud.store.get(resource_id)
        if "contentId" not in version.internal:
            await self._capture(version)
        with self.cloud.store.edit(resource_id) as changed:
            regions = changed.properties["publishingProfile"]["targetRegions"]
            changed.internal["replicated"] = [canonical_location(region["name"]) for region in regions]

    async def _capture(self, version: Resource) -> None:
        source = self._source(version)
        data = {disk.lun: disk.volume for disk in source.data_disks}
        captured = await capture(self.cloud, f"version-{version.internal['uniqueId']}", source.os_disk, data)
        with self.cloud.store.edit(version.id) as changed:
            captured.note(changed.internal)
            storage = changed.properties["storageProfile"]
            storage["osDiskImage"]["sizeInGB"] = captured.os_disk.size_gib
            for disk in storage["dataDiskImages"]:
                disk["sizeInGB"] = captured.data[disk["lun"]].size_gib

    def check_delete(self, resource: Resource) -> None:
        end = checks.end_of_life(resource.properties)
        blocked = resource.properties["safetyProfile"].get("blockDeletionBeforeEndOfLife")
        if blocked and end and end > datetime.now(UTC):
            message = (
                f"The gallery image version '{resource.id.name}' cannot be deleted before its end of life "
                f"date {end.isoformat()}: safetyProfile.blockDeletionBeforeEndOfLife is true."
            )
            raise not_allowed(message)

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.release_contents(self.cloud.store.get(resource_id))

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        if "replicationstatus" in expand.lower():
            document["properties"]["replicationStatus"] = self._replication(resource)
        return document

    def _replication(self, version: Resource) -> Json:
        """What was there before an update stays complete; what it adds advances with it."""
        rows = [
            self._region_status(version, region["name"])
            for region in version.properties["publishingProfile"]["targetRegions"]
        ]
        states = {row["state"] for row in rows}
        whole = "Failed" if "Failed" in states else "InProgress" if "Replicating" in states else "Completed"
        return {"aggregatedState": whole, "summary": rows}

    def _region_status(self, version: Resource, region: str) -> Json:
        if canonical_location(region) in version.internal.get("replicated", []):
            return {"region": region, "state": "Completed", "details": "", "progress": COMPLETE}
        failed = version.properties["provisioningState"] == "Failed"
        running = self.cloud.operations.running(version.id)
        progress = 0
        if running and running[0].verb == "PUT":
            progress = min(COMPLETE - 1, self.cloud.state.progress(running[0].started, running[0].what))
        state = "Failed" if failed else "Replicating"
        return {"region": region, "state": state, "details": "", "progress": progress}


def _initialise_regions(version: Resource, previous: Resource | None) -> None:
    former: Json = previous.properties["publishingProfile"] if previous else {}
    profile = version.properties.setdefault("publishingProfile", {})
    for name, value in (("storageAccountType", "Standard_LRS"), ("replicationMode", "Full")):
        profile.setdefault(name, former.get(name, value))
    profile.setdefault("replicaCount", 1)
    profile.setdefault("excludeFromLatest", False)
    own = {"name": LOCATIONS[version.location].display_name}
    for region in profile.setdefault("targetRegions", former.get("targetRegions", [own])):
        location = canonical_location(region["name"])
        before = galleries.target_region(previous, location) if previous else {}
        region["name"] = LOCATIONS[location].display_name
        region.setdefault("regionalReplicaCount", profile["replicaCount"])
        storage_type = before.get("storageAccountType", profile["storageAccountType"])
        region.setdefault("storageAccountType", storage_type)
        region.setdefault("excludeFromLatest", False)
