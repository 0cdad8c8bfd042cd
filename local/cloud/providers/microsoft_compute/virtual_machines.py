"""Microsoft.Compute/virtualMachines: an OS disk in the guest, network interfaces, and a power state."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import ClassVar

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.clock import now
from local.cloud.errors import invalid_parameter, not_implemented, required_parameter
from local.cloud.image_sources import ImageSource, content_of, resolve_image
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute import machine_checks
from local.cloud.providers.microsoft_compute.data_disks import (
    check_attachable,
    check_data_disks,
    create_data_disks,
    ensure_disk,
    initialise_data_disks,
)
from local.cloud.providers.microsoft_compute.first_boots import first_boot_of
from local.cloud.providers.microsoft_compute.instance_views import instance_view
from local.cloud.providers.microsoft_compute.machine_bodies import MACHINE_BODY
from local.cloud.providers.microsoft_compute.machine_compatibility import check_disk_fits, check_image_fits
from local.cloud.providers.microsoft_compute.machine_disks import (
    attach,
    boot,
    detach,
    os_disk_of,
    os_disk_resource,
)
from local.cloud.providers.microsoft_compute.power import PowerActions
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource

CARRIED_OVER = (
    "vmId",
    "timeCreated",
    "hardwareProfile",
    "storageProfile",
    "osProfile",
    "networkProfile",
    "securityProfile",
)


class VirtualMachines(ResourceType):
    name: ClassVar[str] = machine_checks.MACHINES
    body: ClassVar[Record] = MACHINE_BODY

    def check(self, put: PutRequest) -> None:
        if put.previous:
            machine_checks.check_unchanged(put, put.previous)
            if "hardwareProfile" in put.properties:
                machine_checks.check_size(self.cloud, put)
                if disk := self.cloud.store.find(os_disk_of(put.previous)):
                    check_disk_fits(put, disk)
            check_data_disks(self.cloud, put, None)
            return
        machine_checks.check_size(self.cloud, put)
        machine_checks.check_interfaces(self.cloud, put)
        storage = put.properties.get("storageProfile", {})
        os_disk = storage.get("osDisk", {"createOption": "FromImage"})
        if os_disk["createOption"] == "Attach":
            self._check_attached(os_disk, put)
            check_data_disks(self.cloud, put, None)
            return
        if os_disk["createOption"] != "FromImage":
            raise not_implemented(f"an OS disk with createOption {os_disk['createOption']}")
        if not storage.get("imageReference"):
            raise required_parameter("storageProfile.imageReference")
        source = resolve_image(self.cloud, storage["imageReference"], put.location)
        machine_checks.check_os_disk(source, os_disk)
        machine_checks.check_os_profile(source, put.properties.get("osProfile"))
        check_image_fits(put, source)
        check_data_disks(self.cloud, put, source)

    def _check_attached(self, os_disk: Json, put: PutRequest) -> None:
        disk_id = os_disk.get("managedDisk", {}).get("id")
        if put.properties.get("osProfile"):
            raise invalid_parameter("Parameter 'osProfile' is not allowed.", "osProfile")
        if put.properties.get("storageProfile", {}).get("imageReference"):
            message = "Parameter 'imageReference' is not allowed with an attached OS disk."
            raise invalid_parameter(message, "imageReference")
        if "osType" not in os_disk:
            raise required_parameter("osDisk.osType")
        check_disk_fits(put, check_attachable(self.cloud, put, disk_id, "osDisk.managedDisk.id"))

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        if previous:
            for name in CARRIED_OVER:
                if name in previous.properties:
                    properties[name] = _overlaid(previous.properties[name], properties.get(name))
            initialise_data_disks(self.cloud, resource, previous, None)
            return
        internal["given"] = deepcopy(properties)
        internal.update(power="creating", generalized=False)
        properties.update(vmId=str(uuid.uuid4()), timeCreated=now())
        self._initialise_storage(resource)
        if profile := properties.get("osProfile"):
            for secret in ("adminPassword", "customData"):
                profile.pop(secret, None)
                internal["given"]["osProfile"].pop(secret, None)
            profile.setdefault("allowExtensionOperations", True)
            profile.setdefault("requireGuestProvisionSignal", True)
            profile.setdefault("secrets", [])

    def _initialise_storage(self, resource: Resource) -> None:
        storage = resource.properties.setdefault("storageProfile", {})
        source = None
        os_disk = storage.setdefault("osDisk", {"createOption": "FromImage"})
        os_disk.setdefault("caching", "ReadWrite")
        os_disk.setdefault("deleteOption", "Detach")
        if os_disk["createOption"] == "Attach":
            disk_id = parse_id(os_disk["managedDisk"]["id"])
            os_disk["name"] = disk_id.name
        else:
            source = resolve_image(self.cloud, storage["imageReference"], resource.location)
            resource.internal["image"] = source.to_json()
            storage["imageReference"]["exactVersion"] = source.exact_version or "latest"
            os_disk.setdefault("name", f"{resource.id.name}_OsDisk_1_{uuid.uuid4().hex}")
            os_disk.setdefault("osType", source.os_type)
            os_disk.setdefault("diskSizeGB", source.size_gib)
            disk_id = resource.id.sibling("Microsoft.Compute/disks", os_disk["name"])
        managed = os_disk.setdefault("managedDisk", {})
        managed.setdefault("storageAccountType", "Standard_LRS")
        managed["id"] = str(disk_id)
        initialise_data_disks(self.cloud, resource, None, source)

    async def provision(self, resource_id: ArmId) -> None:
        """Repeatable: each step looks at what is there."""
        machine = self.cloud.store.get(resource_id)
        is_new = machine.internal["power"] == "creating"
        if is_new and machine.properties["storageProfile"]["osDisk"]["createOption"] == "FromImage":
            await self._create_os_disk(machine)
        elif is_new:
            os_disk = self.cloud.store.get(os_disk_of(machine))
            self.cloud.preparing.begin(os_disk.internal["diskId"])
            await boot(self.cloud, machine)
        await create_data_disks(self.cloud, machine)
        with self.cloud.store.transaction():
            attach(self.cloud.store, machine)
            if is_new:
                with self.cloud.store.edit(resource_id) as changed:
                    changed.internal.update(power="running", since=now())

    async def _create_os_disk(self, machine: Resource) -> None:
        guest = self.cloud.guest
        source = ImageSource.from_json(machine.internal["image"])
        disk = ensure_disk(self.cloud, machine, os_disk_resource(machine, source))
        disk_id, size = disk.internal["diskId"], disk.properties["diskSizeGB"]
        await asyncio.to_thread(guest.create_disk, disk_id, await content_of(self.cloud, source), size)
        self.cloud.preparing.begin(disk_id)
        if machine.properties.get("osProfile") and source.os_type == "Linux":
            await asyncio.to_thread(guest.first_boot, disk_id, first_boot_of(machine))

    def preempt(self, resource: Resource) -> None:
        self.cloud.executions.signal(resource.id)

    async def remove(self, resource_id: ArmId) -> None:
        """Stops its scripts, then detaches or deletes what it had, as `deleteOption` says."""
        await self.cloud.executions.cancel(resource_id)
        machine = self.cloud.store.get(resource_id)
        with self.cloud.store.transaction():
            for command in self.cloud.store.children(resource_id):
                self.cloud.store.delete(command.id)
            detach(self.cloud.store, machine)
        storage = machine.properties["storageProfile"]
        for disk in (storage["osDisk"], *storage["dataDisks"]):
            if disk["deleteOption"] == "Delete":
                await self.delete_other(parse_id(disk["managedDisk"]["id"]))
        for reference in machine.properties["networkProfile"]["networkInterfaces"]:
            if reference.get("properties", {}).get("deleteOption") == "Delete":
                await self.delete_other(parse_id(reference["id"]))

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        if "instanceview" in expand.lower():
            document["properties"]["instanceView"] = instance_view(resource)
        return document

    def readings(self) -> Mapping[str, Callable[[Resource], Json]]:
        return {"instanceview": instance_view}

    def actions(self) -> Mapping[str, Action]:
        return PowerActions(self.cloud).actions()


def _overlaid(former: object, given: object) -> object:
    """A section of the body where only what was given changes."""
    if isinstance(former, dict) and isinstance(given, dict):
        return {**former, **{key: _overlaid(former.get(key), value) for key, value in given.items()}}
    return former if given is None else given
