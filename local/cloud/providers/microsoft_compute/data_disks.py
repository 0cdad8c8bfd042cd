"""The data disks of a virtual machine: `storageProfile.dataDisks`."""

from __future__ import annotations

import asyncio
import uuid
from copy import deepcopy

from local.cloud.arm_ids import parse_id
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, invalid_parameter, not_allowed, not_implemented, required_parameter
from local.cloud.image_sources import ImageSource
from local.cloud.json_types import Json
from local.cloud.machine_sizes import MACHINE_SIZES
from local.cloud.providers.microsoft_compute.disk_access import check_not_accessed
from local.cloud.providers.microsoft_compute.machine_disks import DISKS, data_disk_resource
from local.cloud.resource_type import PutRequest
from local.cloud.store import Resource
from local.cloud.volumes import DataVolume


def check_data_disks(cloud: Cloud, put: PutRequest, source: ImageSource | None) -> None:
    """`source` is the image of a new machine. Raises ArmError for what Azure refuses at once."""
    entries = put.properties.get("storageProfile", {}).get("dataDisks", [])
    luns = [entry["lun"] for entry in entries]
    for lun in luns:
        if luns.count(lun) > 1:
            message = f"A disk at LUN {lun} already exists: each data disk needs a LUN of its own."
            raise invalid_parameter(message, "dataDisk.lun")
    image_disks = {disk.lun: disk for disk in source.data_disks} if source else {}
    _check_count(put, len({*luns, *image_disks}))
    kept = {disk["lun"]: disk for disk in _former(put.previous)}
    for entry in entries:
        if entry["lun"] in kept and _is_same(entry, kept[entry["lun"]]):
            continue
        _check_entry(cloud, put, entry, image_disks)


def _check_count(put: PutRequest, wanted: int) -> None:
    former = put.previous.properties if put.previous else {}
    profile = put.properties.get("hardwareProfile") or former.get("hardwareProfile", {})
    most = MACHINE_SIZES[profile["vmSize"]].data_disks
    if wanted > most:
        message = (
            "The maximum number of data disks allowed to be attached to a VM of this size is "
            f"{most}, but {wanted} were requested."
        )
        raise not_allowed(message)


def _check_entry(cloud: Cloud, put: PutRequest, entry: Json, image_disks: dict[int, DataVolume]) -> None:
    lun = entry["lun"]
    match entry["createOption"]:
        case "Empty":
            if lun in image_disks:
                message = f"LUN {lun} is taken by a data disk of the image: its createOption is FromImage."
                raise invalid_parameter(message, "dataDisk.createOption")
            if "diskSizeGB" not in entry:
                raise required_parameter("dataDisk.diskSizeGB")
        case "FromImage":
            if lun not in image_disks:
                message = f"The image has no data disk at LUN {lun}."
                raise invalid_parameter(message, "dataDisk.lun")
            smallest = image_disks[lun].volume.size_gib
            if entry.get("diskSizeGB", smallest) < smallest:
                message = f"The data disk at LUN {lun} must have at least its image's {smallest} GB."
                raise not_allowed(message)
        case "Attach":
            check_attachable(cloud, put, entry.get("managedDisk", {}).get("id"), "dataDisk.managedDisk.id")
        case other:
            raise not_implemented(f"a data disk with createOption {other}")


def check_attachable(cloud: Cloud, put: PutRequest, disk_id: str | None, where: str) -> Resource:
    """The disk, if it is in the machine's region, ready, and no other machine's. Raises ArmError."""
    if not disk_id:
        raise required_parameter(where)
    disk = cloud.store.get(parse_id(disk_id))
    if disk.location != put.location:
        message = f"Disk {disk.id.name} is in region {disk.location}, the VM is in {put.location}."
        raise ArmError(400, "BadRequest", message, where)
    check_not_accessed(disk)
    if disk.properties["provisioningState"] != "Succeeded" or not _has_bytes(disk):
        raise not_allowed(f"Disk {disk.id.name} is not ready to be attached.")
    owner = disk.document.get("managedBy", str(put.id))
    if owner.lower() != put.id.key:
        message = f"Cannot attach disk {disk.id.name} as it is already attached to VM {owner}."
        raise ArmError(409, "ConflictingUserInput", message)
    return disk


def _has_bytes(disk: Resource) -> bool:
    return disk.properties["diskState"] not in ("ReadyToUpload", "ActiveUpload")


def initialise_data_disks(
    cloud: Cloud, machine: Resource, previous: Resource | None, source: ImageSource | None
) -> None:
    """Names the disks, fills in defaults, and adds those of the image that the body does not mention."""
    storage = machine.properties["storageProfile"]
    given = [entry for entry in storage.get("dataDisks", []) if not entry.get("toBeDetached")]
    former = {entry["lun"]: entry for entry in _former(previous)}
    image_disks = {disk.lun: disk for disk in source.data_disks} if source else {}
    mentioned = {entry["lun"] for entry in given}
    given += [{"lun": lun, "createOption": "FromImage"} for lun in image_disks if lun not in mentioned]
    storage["dataDisks"] = [
        {**former[entry["lun"]], **entry, "managedDisk": former[entry["lun"]]["managedDisk"]}
        if entry["lun"] in former and _is_same(entry, former[entry["lun"]])
        else _new_entry(cloud, machine, entry, image_disks.get(entry["lun"]))
        for entry in given
    ]


def _new_entry(cloud: Cloud, machine: Resource, given: Json, image: DataVolume | None) -> Json:
    entry = deepcopy(given)
    entry.setdefault("caching", image.caching if image else "None")
    entry.setdefault("deleteOption", "Detach")
    entry["toBeDetached"] = False
    managed = entry.setdefault("managedDisk", {})
    if entry["createOption"] == "Attach":
        disk = cloud.store.get(parse_id(managed["id"]))
        entry.update(name=disk.id.name, diskSizeGB=disk.properties["diskSizeGB"])
        managed["storageAccountType"] = disk.document["sku"]["name"]
        return entry
    if image:
        entry.setdefault("diskSizeGB", image.volume.size_gib)
    entry.setdefault("name", f"{machine.id.name}_DataDisk_{entry['lun']}_{uuid.uuid4().hex}")
    managed["id"] = str(machine.id.sibling(DISKS, entry["name"]))
    managed.setdefault("storageAccountType", "Standard_LRS")
    return entry


async def create_data_disks(cloud: Cloud, machine: Resource) -> None:
    """Makes those that are Empty or FromImage; one that is there already is left alone."""
    image = machine.internal.get("image")
    volumes = {disk.lun: disk.volume for disk in ImageSource.from_json(image).data_disks} if image else {}
    for entry in machine.properties["storageProfile"]["dataDisks"]:
        if entry["createOption"] == "Attach":
            continue
        disk = ensure_disk(cloud, machine, data_disk_resource(machine, entry))
        disk_id, size = disk.internal["diskId"], disk.properties["diskSizeGB"]
        if entry["createOption"] == "FromImage":
            content = volumes[entry["lun"]].content_id
            await asyncio.to_thread(cloud.guest.create_disk, disk_id, content, size)
        else:
            await asyncio.to_thread(cloud.guest.create_empty_disk, disk_id, size)


def ensure_disk(cloud: Cloud, machine: Resource, wanted: Resource) -> Resource:
    """The stored disk of this name, if it is the machine's; otherwise `wanted`, stored. Raises ArmError."""
    disk = cloud.store.find(wanted.id)
    if disk is None:
        cloud.store.save(wanted)
        return wanted
    if disk.document.get("managedBy") != str(machine.id):
        message = f"Disk {disk.id.name} already exists in resource group {disk.id.resource_group.upper()}."
        raise ArmError(409, "ConflictingUserInput", message, "disk.name")
    return disk


def _former(previous: Resource | None) -> list[Json]:
    if previous is None:
        return []
    disks: list[Json] = previous.properties["storageProfile"]["dataDisks"]
    return disks


def _is_same(entry: Json, former: Json) -> bool:
    """Whether an entry of an update means the disk that is at its LUN already."""
    named = entry.get("name") or former["name"]
    disk_id = entry.get("managedDisk", {}).get("id") or former["managedDisk"]["id"]
    return bool(
        named.lower() == former["name"].lower() and disk_id.lower() == former["managedDisk"]["id"].lower()
    )
