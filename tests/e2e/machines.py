"""Machines in the local cloud, made as anybody would who uses an image."""

from typing import Any

from tests.conformance.cloud.harness import machine_body
from tests.conformance.image_builder.harness import Kiln

COMPUTE_API_VERSION = "2025-04-01"
NETWORK_API_VERSION = "2025-05-01"


def make_machine(kiln: Kiln, group: str, image_id: str) -> str:
    """The id of a virtual machine of that gallery version, in a group that is there."""
    root = f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/providers"
    network = f"{root}/Microsoft.Network/virtualNetworks/users"
    subnets = [{"name": "default", "properties": {"addressPrefix": "10.1.0.0/24"}}]
    space = {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": subnets}
    put(kiln, network, NETWORK_API_VERSION, {"location": "westeurope", "properties": space})
    interface = f"{root}/Microsoft.Network/networkInterfaces/user"
    address = {"name": "ip", "properties": {"subnet": {"id": f"{network}/subnets/default"}}}
    body = {"location": "westeurope", "properties": {"ipConfigurations": [address]}}
    put(kiln, interface, NETWORK_API_VERSION, body)
    machine = f"{root}/Microsoft.Compute/virtualMachines/user"
    put(kiln, machine, COMPUTE_API_VERSION, machine_body(interface, {"id": image_id}))
    return machine


def make_scale_set(kiln: Kiln, group: str, image_id: str) -> str:
    """The id of a scale set without instances, whose next one would be made of that gallery version."""
    root = f"/subscriptions/{kiln.subscription}/resourceGroups/{group}/providers"
    path = f"{root}/Microsoft.Compute/virtualMachineScaleSets/users"
    storage = {"imageReference": {"id": image_id}, "osDisk": {"createOption": "FromImage"}}
    properties = {"orchestrationMode": "Uniform", "virtualMachineProfile": {"storageProfile": storage}}
    sku = {"name": "Standard_D2ds_v4", "capacity": 0}
    put(kiln, path, COMPUTE_API_VERSION, {"location": "westeurope", "sku": sku, "properties": properties})
    return path


def put(kiln: Kiln, path: str, api_version: str, body: dict[str, Any]) -> None:
    answer = kiln.request("PUT", path, body, api_version)
    assert answer.status_code in (200, 201), answer.text
    if "Azure-AsyncOperation" in answer.headers:
        assert kiln.follow(answer)["status"] == "Succeeded", answer.text
