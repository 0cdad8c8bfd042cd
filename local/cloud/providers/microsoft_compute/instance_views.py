"""What a virtual machine is doing now: `instanceView`."""

from __future__ import annotations

from local.cloud.clock import now
from local.cloud.json_types import Json
from local.cloud.store import Resource

AGENT_VERSION = "2.14.0.1"


def instance_view(machine: Resource) -> Json:
    power = machine.internal["power"]
    source = machine.internal.get("image", {})
    view: Json = {
        "computerName": machine.properties.get("osProfile", {}).get("computerName", machine.id.name),
        "hyperVGeneration": source.get("generation", "V2"),
        "statuses": _statuses(machine),
    }
    if power == "running":
        view["vmAgent"] = _agent()
        view["osName"] = source.get("os_type", "Linux")
    storage = machine.properties["storageProfile"]
    disk_status = _status("ProvisioningState/succeeded", "Provisioning succeeded")
    view["disks"] = [
        {"name": disk["name"], "statuses": [disk_status]}
        for disk in (storage["osDisk"], *storage["dataDisks"])
    ]
    return view


def _statuses(machine: Resource) -> list[Json]:
    state = machine.properties["provisioningState"]
    statuses = [_status(f"ProvisioningState/{state.lower()}", f"Provisioning {state.lower()}", time=True)]
    if machine.internal["generalized"]:
        statuses.append(_status("OSState/generalized", "VM generalized"))
    power = machine.internal["power"]
    if power != "creating":
        statuses.append(_status(f"PowerState/{power}", f"VM {power}"))
    return statuses


def _agent() -> Json:
    """The agent is ready as soon as the machine runs: nothing of it has to start here."""
    ready = {
        **_status("ProvisioningState/succeeded", "Ready", time=True),
        "message": "Guest Agent is running",
    }
    return {"vmAgentVersion": AGENT_VERSION, "statuses": [ready]}


def _status(code: str, display: str, *, time: bool = False) -> Json:
    status: Json = {"code": code, "level": "Info", "displayStatus": display}
    return {**status, "time": now()} if time else status
