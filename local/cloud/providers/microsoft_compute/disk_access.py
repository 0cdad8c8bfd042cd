"""beginGetAccess and endGetAccess, the same for disks and snapshots: their bytes as a page blob behind a
SAS URL."""

from __future__ import annotations

import asyncio
from typing import Final

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, not_allowed, not_implemented
from local.cloud.json_types import Json
from local.cloud.schema import Flag, Number, Record, Required, Text
from local.cloud.store import Resource

GRANT: Final = Record(
    {
        "access": Required(Text(one_of=("None", "Read", "Write"))),
        "durationInSeconds": Required(Number(minimum=1)),
        "getSecureVMGuestStateSAS": Flag(),
        "fileFormat": Text(one_of=("VHD", "VHDX")),
    }
)


def check_grant(resource: Resource, body: Json) -> None:
    """Raises ArmError for what cannot be exported, or not here."""
    if body["access"] != "Read":
        raise not_implemented(f"{body['access']} access to a disk")
    if body.get("fileFormat") == "VHDX":
        raise not_implemented("VHDX as the format of an exported disk")
    if not resource.internal.get("diskId") and not resource.internal.get("contentId"):
        raise ArmError(409, "Conflict", f"{resource.id.name} is not ready: it is still being created.")
    if resource.properties.get("diskState") == "Attached":
        raise not_allowed(
            f"Disk {resource.id.name} is attached to a running VM; deallocate it before exporting."
        )


async def grant_access(cloud: Cloud, resource_id: ArmId) -> Json:
    """Publishes the bytes once; later grants give out the same blob again."""
    resource = cloud.store.get(resource_id)
    owner = str(resource.internal["uniqueId"])
    if not resource.internal.get("published"):
        await _publish(cloud, resource, owner)
        with cloud.store.edit(resource_id) as changed:
            changed.internal["published"] = True
            changed.internal["stateBefore"] = changed.properties["diskState"]
            changed.properties["diskState"] = "ActiveSAS"
    url = await asyncio.to_thread(cloud.storage.read_access, owner)
    return {"accessSAS": url}


async def _publish(cloud: Cloud, resource: Resource, owner: str) -> None:
    content = resource.internal.get("contentId")
    frozen = f"access-{owner}"
    if not content:
        await asyncio.to_thread(cloud.guest.freeze, resource.internal["diskId"], frozen)
    vhd = await asyncio.to_thread(cloud.guest.export_vhd, content or frozen)
    ranges = await asyncio.to_thread(cloud.guest.data_ranges, vhd)
    await asyncio.to_thread(cloud.storage.publish_vhd, owner, vhd, ranges)
    if not content:
        await asyncio.to_thread(cloud.guest.delete_content, frozen)


async def revoke_access(cloud: Cloud, resource_id: ArmId) -> None:
    """Removes the blob; without a grant there is nothing to do."""
    resource = cloud.store.get(resource_id)
    if not resource.internal.get("published"):
        return
    await asyncio.to_thread(cloud.storage.withdraw, str(resource.internal["uniqueId"]))
    with cloud.store.edit(resource_id) as changed:
        changed.internal["published"] = False
        changed.properties["diskState"] = changed.internal.pop("stateBefore")
