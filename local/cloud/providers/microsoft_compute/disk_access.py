"""beginGetAccess and endGetAccess, the same for disks and snapshots: their bytes as a page blob behind a URL.

Read access publishes a disk's VHD. Write access takes one in, into a disk with createOption Upload; it is the
disk's from the end of the access on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Final

from local.cloud.arm_ids import ArmId
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, not_allowed, not_implemented
from local.cloud.json_types import Json
from local.cloud.ports import VHD_FOOTER_BYTES
from local.cloud.providers.microsoft_compute.disk_sources import forget
from local.cloud.resource_type import Action
from local.cloud.schema import Flag, Number, Record, Required, Text
from local.cloud.store import Resource
from local.cloud.volumes import Volume, freeze

GRANT: Final = Record(
    {
        "access": Required(Text(one_of=("None", "Read", "Write"))),
        "durationInSeconds": Required(Number(minimum=1)),
        "getSecureVMGuestStateSAS": Flag(),
        "fileFormat": Text(one_of=("VHD", "VHDX")),
    }
)


def access_actions(cloud: Cloud) -> Mapping[str, Action]:
    return {
        "begingetaccess": Action(partial(_grant, cloud), check_grant, body=GRANT),
        "endgetaccess": Action(partial(_revoke, cloud)),
    }


def check_grant(resource: Resource, body: Json) -> None:
    """Raises ArmError for what cannot be read or written, or not here."""
    state = resource.properties.get("diskState")
    is_upload = state in ("ReadyToUpload", "ActiveUpload")
    if body["access"] == "None":
        raise not_implemented("access 'None' to a disk")
    if (body["access"] == "Write") != is_upload:
        raise not_allowed(
            f"{body['access']} access to disk {resource.id.name} is not allowed in state {state}."
        )
    if body.get("fileFormat") == "VHDX":
        raise not_implemented("VHDX as the format of an exported disk")
    if resource.properties["provisioningState"] != "Succeeded":
        raise ArmError(409, "Conflict", f"{resource.id.name} is not ready: it is still being created.")
    if state == "Attached":
        raise not_allowed(
            f"Disk {resource.id.name} is attached to a running VM; deallocate it before exporting."
        )


def check_not_accessed(resource: Resource) -> None:
    """Raises ArmError 409 while a URL is out."""
    if resource.internal.get("published"):
        message = (
            f"There is an active shared access signature outstanding for disk {resource.id.name}. Call "
            "EndGetAccess before attaching or deleting the disk."
        )
        raise not_allowed(message)


async def _grant(cloud: Cloud, resource_id: ArmId, body: Json) -> Json:
    """Publishes the bytes once; later grants give out the same blob again."""
    resource = cloud.store.get(resource_id)
    owner, storage = str(resource.internal["uniqueId"]), cloud.storage
    if body["access"] == "Write":
        size = resource.properties["creationData"]["uploadSizeBytes"]
        url = await asyncio.to_thread(storage.open_upload, owner, size, body["durationInSeconds"])
        _note_state(cloud, resource_id, "ActiveUpload")
        return {"accessSAS": url}
    if not resource.internal.get("published"):
        await _publish(cloud, resource, owner)
        _note_state(cloud, resource_id, "ActiveSAS")
    return {"accessSAS": await asyncio.to_thread(storage.read_access, owner)}


def _note_state(cloud: Cloud, resource_id: ArmId, state: str) -> None:
    with cloud.store.edit(resource_id) as changed:
        changed.internal["published"] = True
        changed.internal.setdefault("stateBefore", changed.properties["diskState"])
        changed.properties["diskState"] = state


async def _publish(cloud: Cloud, resource: Resource, owner: str) -> None:
    content = resource.internal.get("contentId")
    frozen = f"access-{owner}"
    if not content:
        await asyncio.to_thread(cloud.guest.freeze, resource.internal["diskId"], frozen)
    await asyncio.to_thread(_export, cloud, content or frozen, owner)
    if not content:
        await asyncio.to_thread(cloud.guest.delete_content, frozen)


def _export(cloud: Cloud, content: str, owner: str) -> None:
    with cloud.guest.exported(content) as vhd:
        changes = cloud.guest.changes(content)
        if changes is None:
            cloud.storage.publish_vhd(owner, vhd, cloud.guest.data_ranges(vhd))
            return
        base = cloud.storage.publish_base(changes.base, cloud.guest.data_ranges(changes.base))
        footer = (vhd.stat().st_size - VHD_FOOTER_BYTES, VHD_FOOTER_BYTES)
        cloud.storage.publish_vhd(owner, vhd, [*changes.ranges, footer], base)


async def _revoke(cloud: Cloud, resource_id: ArmId, body: Json) -> None:
    del body
    if cloud.store.get(resource_id).properties.get("diskState") == "ActiveUpload":
        await _take_in(cloud, resource_id)
    await revoke_access(cloud, resource_id)


async def _take_in(cloud: Cloud, resource_id: ArmId) -> None:
    """Makes what was uploaded the disk's bytes."""
    disk = cloud.store.get(resource_id)
    disk_id, name = disk.internal["diskId"], f"upload-{disk.internal['uniqueId']}"
    url = await asyncio.to_thread(cloud.storage.read_access, disk.internal["uniqueId"])
    volume = Volume(0, disk.properties.get("osType", ""), blob_uri=url)
    frozen = await freeze(cloud, volume, name)
    size = disk.properties["diskSizeGB"]
    await asyncio.to_thread(cloud.guest.create_disk, disk_id, frozen.content_id, size)
    await forget(cloud, name, frozen.content_id)
    with cloud.store.edit(resource_id) as changed:
        changed.internal.update(made=True, stateBefore="Unattached")


async def revoke_access(cloud: Cloud, resource_id: ArmId) -> None:
    """Removes the blob; without a grant there is nothing to do."""
    resource = cloud.store.get(resource_id)
    if not resource.internal.get("published"):
        return
    await asyncio.to_thread(cloud.storage.withdraw, str(resource.internal["uniqueId"]))
    with cloud.store.edit(resource_id) as changed:
        changed.internal["published"] = False
        changed.properties["diskState"] = changed.internal.pop("stateBefore")
