"""The ties between a virtual machine, its OS disk and its network interfaces."""

from __future__ import annotations

import uuid

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.clock import now
from local.cloud.image_sources import ImageSource
from local.cloud.providers.microsoft_compute.disk_bodies import GIB
from local.cloud.store import Resource, Store


def os_disk_of(machine: Resource) -> ArmId:
    return parse_id(machine.properties["storageProfile"]["osDisk"]["managedDisk"]["id"])


def os_disk_resource(machine: Resource, source: ImageSource) -> Resource:
    """The managed disk that Azure makes along with a machine."""
    os_disk = machine.properties["storageProfile"]["osDisk"]
    disk_id = os_disk_of(machine)
    unique = str(uuid.uuid4())
    document = {
        "id": str(disk_id),
        "name": disk_id.name,
        "type": "Microsoft.Compute/disks",
        "location": machine.location,
        "tags": dict(machine.document.get("tags", {})),
        "sku": {"name": os_disk["managedDisk"]["storageAccountType"]},
        "managedBy": str(machine.id),
        "properties": {
            "creationData": {"createOption": "FromImage", "imageReference": {"id": _image_id(machine)}},
            "osType": source.os_type,
            "hyperVGeneration": source.generation,
            "diskSizeGB": os_disk["diskSizeGB"],
            "diskSizeBytes": os_disk["diskSizeGB"] * GIB,
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
    return (
        f"/Subscriptions/{machine.id.subscription}/Providers/Microsoft.Compute/Locations/{machine.location}"
        f"/Publishers/{reference['publisher']}/ArtifactTypes/VMImage/Offers/{reference['offer']}"
        f"/Skus/{reference['sku']}/Versions/{reference['exactVersion']}"
    )


def attach(store: Store, machine: Resource) -> None:
    """Ties the OS disk and the interfaces to the machine; may be repeated."""
    with store.edit(os_disk_of(machine)) as disk:
        disk.document["managedBy"] = str(machine.id)
        disk.properties["diskState"] = "Attached"
    for reference in machine.properties["networkProfile"]["networkInterfaces"]:
        with store.edit(parse_id(reference["id"])) as interface:
            interface.properties["virtualMachine"] = {"id": str(machine.id)}


def detach(store: Store, machine: Resource) -> None:
    """Unties them; what is gone already is no error."""
    if (disk := store.find(os_disk_of(machine))) and disk.document.get("managedBy") == str(machine.id):
        del disk.document["managedBy"]
        disk.properties["diskState"] = "Unattached"
        store.save(disk)
    for reference in machine.properties["networkProfile"]["networkInterfaces"]:
        interface = store.find(reference["id"])
        if interface and interface.properties.get("virtualMachine", {}).get("id") == str(machine.id):
            del interface.properties["virtualMachine"]
            store.save(interface)
