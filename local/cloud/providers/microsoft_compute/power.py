"""The power of a virtual machine: start, powerOff, deallocate, restart; and generalize, from which none
returns."""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.cloud import Cloud
from local.cloud.errors import not_allowed
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.machine_checks import check_startable
from local.cloud.providers.microsoft_compute.machine_disks import boot, disks_of
from local.cloud.resource_type import Action
from local.cloud.store import Resource


class PowerActions:
    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def actions(self) -> Mapping[str, Action]:
        return {
            "start": Action(self._start, self._check_startable),
            "restart": Action(self._restart, _check_running),
            "poweroff": Action(self._power_off),
            "deallocate": Action(self._deallocate),
            "generalize": Action(self._generalize, _check_stopped, synchronous=True),
        }

    def _check_startable(self, machine: Resource, body: Json) -> None:
        del body
        _refuse_generalized(machine, "start")
        check_startable(self._cloud, machine)

    async def _start(self, machine: ArmId, body: Json) -> None:
        del body
        found = self._cloud.store.get(machine)
        if found.internal["power"] != "running":
            await boot(self._cloud, found)
        self._set(machine, "running", disk_state="Attached")

    async def _restart(self, machine: ArmId, body: Json) -> None:
        """A restart ends the scripts that run; the disk keeps what they have written, but in /tmp."""
        del body
        await self._cloud.executions.cancel(machine)
        await boot(self._cloud, self._cloud.store.get(machine))
        self._set(machine, "running", disk_state="Attached")

    async def _power_off(self, machine: ArmId, body: Json) -> None:
        del body
        await self._cloud.executions.cancel(machine)
        if self._cloud.store.get(machine).internal["power"] != "deallocated":
            self._set(machine, "stopped", disk_state="Attached")

    async def _deallocate(self, machine: ArmId, body: Json) -> None:
        del body
        await self._cloud.executions.cancel(machine)
        self._set(machine, "deallocated", disk_state="Reserved")

    async def _generalize(self, machine: ArmId, body: Json) -> None:
        del body
        with self._cloud.store.edit(machine) as changed:
            changed.internal["generalized"] = True

    def _set(self, machine: ArmId, power: str, disk_state: str) -> None:
        store = self._cloud.store
        with store.edit(machine) as changed:
            changed.internal.update(power=power, since=now())
            for disk_id in disks_of(changed):
                with store.edit(disk_id) as disk:
                    if not disk.internal.get("published"):
                        disk.properties["diskState"] = disk_state


def _refuse_generalized(machine: Resource, operation: str) -> None:
    if machine.internal["generalized"]:
        message = (
            f"Operation '{operation}' is not allowed on VM '{machine.id.name}' since the VM is generalized."
        )
        raise not_allowed(message)


def _check_running(machine: Resource, body: Json) -> None:
    del body
    _refuse_generalized(machine, "restart")
    if machine.internal["power"] != "running":
        message = f"Operation 'restart' is not allowed on VM '{machine.id.name}' since the VM is not running."
        raise not_allowed(message)


def _check_stopped(machine: Resource, body: Json) -> None:
    del body
    if machine.internal["power"] not in ("stopped", "deallocated"):
        message = (
            f"Operation 'generalize' is not allowed on VM '{machine.id.name}' since it is running. Please "
            "power off the VM first."
        )
        raise not_allowed(message)
