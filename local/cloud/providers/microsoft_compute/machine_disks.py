"""The ties between a virtual machine, its disks and its network interfaces."""

from __future__ import annotations

import asyncio
import uuid

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.clock import now
from local.cloud.cloud import Cloud
from local.cloud.image_sources import ImageSource
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.disk_bodies import GIB
from local.cloud.store import Resource, Store

DISKS = "Microsoft.Compute/disks"


def os_disk_of(machine: Resource) -> ArmId:
    return parse_id(machine.properties["storageProfile"]["osDisk"]["managedDisk"]["id"])


async def boot(cloud: Cloud, machine: Resource) -> None:
    """What the boot of a machine that is none of a new image changes on its disk."""
    disk = cloud.store.get(os_disk_of(machine))
    if disk.properties.get("osType") == "Linux":
        await asyncio.to_thread(cloud.guest.boot, disk.internal["diskId"])


def data_disks_of(machine: Resource) -> dict[int, ArmId]:
    """LUN -> disk, in the order of the LUNs."""
    entries = machine.properties["storageProfile"]["dataDisks"]
    return {
        entry["lun"]: parse_id(entry["managedDisk"]["id"])
        for entry in sorted(entries, key=lambda entry: int(entry["lun"]))
    }


def disks_of(machine: Resource) -> list[ArmId]:
    return [os_disk_of(machine), *data_disks_of(machine).values()]


def os_disk_resource(machine: Resource, source: ImageSource) -> Resource:
    """The managed disk with the operating system that Azure makes along with a machine."""
    os_disk = machine.properties["storageProfile"]["osDisk"]
    facts: Json = {
        "creationData": {"createOption": "FromImage", "imageReference": {"id": _image_id(machine)}},
        "osType": source.os_type,
        "hyperVGeneration": source.generation,
        "supportedCapabilities": {"architecture": source.architecture},
    }
    security = machine.properties.get("securityProfile", {}).get("securityType")
    if security == "TrustedLaunch":
        facts["securityProfile"] = {"securityType": security}
    return _disk_resource(machine, os_disk, facts)


def data_disk_resource(machine: Resource, entry: Json) -> Resource:
    """The managed disk of an entry of `dataDisks` that is not attached but made."""
    creation: Json = {"createOption": entry["createOption"]}
    if entry["createOption"] == "FromImage":
        creation["imageReference"] = {"id": _image_id(machine), "lun": entry["lun"]}
    return _disk_resource(machine, entry, {"creationData": creation})


def _disk_resource(machine: Resource, entry: Json, facts: Json) -> Resource:
    disk_id = parse_id(entry["managedDisk"]["id"])
    unique = str(uuid.uuid4())
    document = {
        "id": str(disk_id),
        "name": disk_id.name,
        "type": DISKS,
        "location": machine.location,
        "tags": dict(machine.document.get("tags", {})),
        "sku": {"name": entry["managedDisk"]["storageAccountType"]},
        "managedBy": str(machine.id),
        "properties": {
            **facts,
            "diskSizeGB": entry["diskSizeGB"],
            "diskSizeBytes": entry["diskSizeGB"] * GIB,
            "timeCreated": now(),
            "uniqueId": unique,
            "diskState": "Attached",
            "provisioningState": "Succeeded",
        },
    }
    return Resource(disk_id, document, {"uniqueId": unique, "diskId": unique})


def _image_id(machine: Resource) -> str:
    reference = machine.properties["storageProfile"]["imageReference"]
    if reference.get("id"):
        return str(reference["id"])
    if shared := reference.get("sharedGalleryImageId"):
        return str(shared)
    return (
        f"/Subscriptions/{machine.id.subscription}/Providers/Microsoft.Compute/Locations/{machine.location}"
        f"/Publishers/{reference['publisher']}/ArtifactTypes/VMImage/Offers/{reference['offer']}"
        f"/Skus/{reference['sku']}/Versions/{reference['exactVersion']}"
    )


def attach(store: Store, machine: Resource) -> None:
    """Ties the disks and the interfaces to the machine, and unties disks it has no more; may be repeated."""
    wanted = disks_of(machine)
    state = "Reserved" if machine.internal["power"] == "deallocated" else "Attached"
    for disk_id in wanted:
        with store.edit(disk_id) as disk:
            disk.document["managedBy"] = str(machine.id)
            disk.properties["diskState"] = state
    for disk in _tied_disks(store, machine):
        if disk.id.key not in {disk_id.key for disk_id in wanted}:
            _untie(store, disk)
    for reference in machine.properties["networkProfile"]["networkInterfaces"]:
        with store.edit(parse_id(reference["id"])) as interface:
            interface.properties["virtualMachine"] = {"id": str(machine.id)}


def detach(store: Store, machine: Resource) -> None:
    """Unties them; what is gone already is no error."""
    for disk in _tied_disks(store, machine):
        _untie(store, disk)
    for reference in machine.properties["networkProfile"]["networkInterfaces"]:
        interface = store.find(reference["id"])
        if interface and interface.properties.get("virtualMachine", {}).get("id") == str(machine.id):
            del interface.properties["virtualMachine"]
            store.save(interface)


def _tied_disks(store: Store, machine: Resource) -> list[Resource]:
    disks = store.mentioning(machine.id, DISKS)
    return [disk for disk in disks if disk.document.get("managedBy") == str(machine.id)]


def _untie(store: Store, disk: Resource) -> None:
    del disk.document["managedBy"]
    disk.properties["diskState"] = "Unattached"
    store.save(disk)
