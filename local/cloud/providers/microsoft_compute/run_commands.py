"""Microsoft.Compute/virtualMachines/runCommands: scripts that a virtual machine runs.

With `asyncExecution` the PUT is done when the script has started, otherwise when it has ended. A script
that a killed cloud left unfinished is run again. A PUT that repeats the former body runs nothing, like an
extension whose settings did not change (assumed: Azure's documents do not say it of run commands).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from functools import partial
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.clock import now
from local.cloud.errors import ArmError, invalid_parameter, not_allowed
from local.cloud.json_types import Json
from local.cloud.ports import GuestError
from local.cloud.providers.microsoft_compute.machine_disks import data_disks_of, os_disk_of
from local.cloud.providers.microsoft_compute.run_command_bodies import RUN_COMMAND_BODY, WRITE_ONLY
from local.cloud.providers.microsoft_compute.scripts import ScriptJob, run_job
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Record
from local.cloud.store import Resource

log = logging.getLogger(__name__)

UNFINISHED = ("Pending", "Running")


class RunCommands(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/virtualMachines/runCommands"
    body: ClassVar[Record] = RUN_COMMAND_BODY

    def check(self, put: PutRequest) -> None:
        machine = self.cloud.store.get(put.id.parent)
        if machine.location != put.location:
            raise invalid_parameter(
                f"The run command must be in the VM's location '{machine.location}'.", "location"
            )
        source = put.properties.get("source", {})
        if ("script" in source) == ("scriptUri" in source):
            raise invalid_parameter("Exactly one of source.script and source.scriptUri is needed.", "source")
        if machine.internal["power"] != "running":
            raise not_allowed("Cannot modify extensions in the VM when the VM is not running.")
        if self.cloud.executions.is_running(put.id):
            raise ArmError(
                409, "Conflict", f"Run command '{put.id.name}' is being executed; delete it or wait."
            )

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties, internal = resource.properties, resource.internal
        secrets = {name: properties.pop(name) for name in WRITE_ONLY if name in properties}
        properties.setdefault("asyncExecution", False)
        properties.setdefault("timeoutInSeconds", 0)
        properties.setdefault("treatFailureAsDeploymentFailure", False)
        if previous and previous.internal["bodyHash"] == internal["bodyHash"]:
            return
        internal["secrets"] = secrets
        internal["view"] = {
            "executionState": "Pending",
            "executionMessage": "",
            "exitCode": 0,
            "output": "",
            "error": "",
        }

    async def provision(self, resource_id: ArmId) -> None:
        command = self.cloud.store.get(resource_id)
        if command.internal["view"]["executionState"] in UNFINISHED:
            self._ensure_started(command)
        if command.properties["asyncExecution"]:
            return
        await self.cloud.executions.wait(resource_id)
        self._raise_failure(resource_id)

    def _raise_failure(self, resource_id: ArmId) -> None:
        command = self.cloud.store.get(resource_id)
        view = command.internal["view"]
        if command.properties["treatFailureAsDeploymentFailure"] and view["executionState"] != "Succeeded":
            message = f"Run command '{resource_id.name}': {view['executionMessage']}"
            raise ArmError(409, "VMExtensionProvisioningError", message)

    def resume(self, resource: Resource) -> None:
        if resource.internal["view"]["executionState"] in UNFINISHED:
            self._ensure_started(resource)

    def _ensure_started(self, command: Resource) -> None:
        if not self.cloud.executions.is_running(command.id):
            self.cloud.executions.start(command.id, partial(self._execute, command.id))

    async def _execute(self, command_id: ArmId, cancelled: threading.Event) -> None:
        store = self.cloud.store
        if (command := store.find(command_id)) is None or cancelled.is_set():
            self._end(
                command_id,
                {"executionState": "Canceled", "exitCode": -1, "executionMessage": "Execution was canceled."},
            )
            return
        with store.edit(command_id) as started:
            started.internal["view"].update(executionState="Running", startTime=now())
        outcome = await self._outcome(command, cancelled)
        self._end(command_id, outcome)

    async def _outcome(self, command: Resource, cancelled: threading.Event) -> Json:
        machine = self.cloud.store.get(command.id.parent)
        if machine.properties["storageProfile"]["osDisk"]["osType"] == "Windows":
            return _failed("This local cloud runs Linux guests only.")
        disk = self.cloud.store.get(os_disk_of(machine))
        hostname = machine.properties.get("osProfile", {}).get("computerName", machine.id.name)
        properties = {**command.properties, **command.internal.get("secrets", {})}
        data = {lun: self.cloud.store.get(other) for lun, other in data_disks_of(machine).items()}
        data_disks = {lun: other.internal["diskId"] for lun, other in data.items()}
        job = ScriptJob(properties, disk.internal["diskId"], hostname, data_disks)
        try:
            return await asyncio.to_thread(run_job, self.cloud.guest, job, cancelled)
        except GuestError as error:
            return _failed(f"{error.code}: {error}")
        except Exception as error:
            log.exception("run command %s", command.id)
            return _failed(f"The guest failed: {error}")

    def _end(self, command_id: ArmId, outcome: Json) -> None:
        """Records how it ended, except when the cloud is stopping: then it stays Running and is run again."""
        if self.cloud.executions.stopping or self.cloud.store.find(command_id) is None:
            return
        with self.cloud.store.edit(command_id) as ended:
            ended.internal["view"].update(outcome, endTime=now())
            ended.internal.pop("secrets", None)

    def preempt(self, resource: Resource) -> None:
        self.cloud.executions.signal(resource.id)

    async def remove(self, resource_id: ArmId) -> None:
        await self.cloud.executions.cancel(resource_id)

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        if "instanceview" in expand.lower():
            document["properties"]["instanceView"] = dict(resource.internal["view"])
        return document


def _failed(message: str) -> Json:
    return {"executionState": "Failed", "exitCode": -1, "executionMessage": message}
