"""Microsoft.Compute/galleries/images/versions: an image, replicated to regions.

Replication moves nothing here: its progress is that of the operation, its end is the end of the real capture.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import ArmError, change_not_allowed, invalid_parameter
from local.cloud.json_types import Json
from local.cloud.locations import LOCATIONS, canonical_location
from local.cloud.providers.microsoft_compute.gallery_version_bodies import VERSION_BODY
from local.cloud.providers.microsoft_compute.version_sources import check_source, find_source, source_id
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource

COMPLETE = 100  # percent
VERSION_NAME = re.compile(r"\d{1,10}\.\d{1,10}\.\d{1,10}")


class GalleryVersions(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/galleries/images/versions"
    body: ClassVar[Record] = VERSION_BODY

    def check(self, put: PutRequest) -> None:
        if not VERSION_NAME.fullmatch(put.id.name) or any(
            int(part) >= 2**31 for part in put.id.name.split(".")
        ):
            message = (
                f"The value '{put.id.name}' of parameter galleryImageVersionName is invalid: the format is "
                "MajorVersion.MinorVersion.Patch, each within a 32-bit integer."
            )
            raise invalid_parameter(message, "galleryImageVersionName")
        self._check_regions(put)
        if put.previous:
            if source_id(put.properties) not in ("", put.previous.internal["source"]):
                raise change_not_allowed("galleryImageVersion.properties.storageProfile.source.id")
            return
        check_source(self.cloud.store, put)

    def _check_regions(self, put: PutRequest) -> None:
        profile = put.properties.get("publishingProfile", {})
        if "targetRegions" not in profile:
            return
        names = [canonical_location(region["name"]) for region in profile["targetRegions"]]
        where = "properties.publishingProfile.targetRegions"
        if unknown := [name for name in names if name not in LOCATIONS]:
            message = f"The target region '{unknown[0]}' is not available for galleries."
            raise ArmError(400, "LocationNotAvailableForResourceType", message, where)
        if len(set(names)) != len(names):
            raise invalid_parameter("The target regions name a region twice.", where)
        if put.location not in names:
            message = f"The target regions must contain the image version's own location '{put.location}'."
            raise invalid_parameter(message, where)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        profile = resource.properties.setdefault("publishingProfile", {})
        profile.setdefault("replicaCount", 1)
        profile.setdefault("excludeFromLatest", False)
        profile.setdefault("storageAccountType", "Standard_LRS")
        profile.setdefault("replicationMode", "Full")
        own = {"name": LOCATIONS[resource.location].display_name}
        for region in profile.setdefault("targetRegions", [own]):
            region["name"] = LOCATIONS[canonical_location(region["name"])].display_name
            region.setdefault("regionalReplicaCount", profile["replicaCount"])
            region.setdefault("storageAccountType", profile["storageAccountType"])
            region.setdefault("excludeFromLatest", False)
        safety = resource.properties.setdefault("safetyProfile", {})
        safety.setdefault("allowDeletionOfReplicatedLocations", True)
        safety["reportedForPolicyViolation"] = False
        if previous:
            profile["publishedDate"] = previous.properties["publishingProfile"]["publishedDate"]
            resource.properties["storageProfile"] = previous.properties["storageProfile"]
            return
        profile["publishedDate"] = now()
        source = find_source(self.cloud.store, source_id(resource.properties))
        resource.internal.update(source=source_id(resource.properties), uniqueId=str(uuid.uuid4()))
        image = resource.properties["storageProfile"].setdefault("osDiskImage", {})
        image.update(sizeInGB=source.size_gib)
        image.setdefault("hostCaching", "ReadWrite")

    async def provision(self, resource_id: ArmId) -> None:
        version = self.cloud.store.get(resource_id)
        if "contentId" in version.internal:
            return
        source = find_source(self.cloud.store, version.internal["source"])
        content = source.content_id
        if not content:
            content = f"version-{version.internal['uniqueId']}"
            await asyncio.to_thread(self.cloud.guest.freeze, source.disk_id, content)
        with self.cloud.store.edit(resource_id) as changed:
            changed.internal["contentId"] = content

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.release_content(self.cloud.store.get(resource_id))

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        if "replicationstatus" in expand.lower():
            document["properties"]["replicationStatus"] = self._replication(resource)
        return document

    def _replication(self, version: Resource) -> Json:
        state = version.properties["provisioningState"]
        running = self.cloud.operations.running(version.id)
        progress = COMPLETE if state == "Succeeded" else 0
        if running and running[0].verb == "PUT":
            progress = min(COMPLETE - 1, self.cloud.state.progress(running[0].started))
        failed = state == "Failed"
        one = "Failed" if failed else "Completed" if progress == COMPLETE else "Replicating"
        whole = {"Failed": "Failed", "Completed": "Completed", "Replicating": "InProgress"}[one]
        regions = version.properties["publishingProfile"]["targetRegions"]
        summary = [
            {"region": region["name"], "state": one, "details": "", "progress": progress}
            for region in regions
        ]
        return {"aggregatedState": whole, "summary": summary}
