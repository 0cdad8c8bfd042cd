"""What Azure would refuse is refused here, with Azure's codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from tests.conformance.cloud.harness import (
    METADATA_IMAGE,
    WINDOWS,
    Clients,
    machine_body,
    make_interface,
    make_network,
    script_body,
)

COMPUTE = "2026-04-01"


def refused(code: str, call: Callable[[], Any]) -> HttpResponseError:
    """The error of a call that must be refused with this code, at once or as a failed operation."""
    with pytest.raises(HttpResponseError) as raised:
        call()
    assert raised.value.error
    assert raised.value.error.code == code, raised.value
    return raised.value


def make_machine(clients: Clients, group: str, image: dict[str, str] = METADATA_IMAGE) -> Any:
    body = machine_body(make_network(clients, group), image)
    return clients.compute.virtual_machines.begin_create_or_update(group, "vm", body).result()


def test_power_states(clients: Clients, group: str) -> None:
    make_machine(clients, group)
    machines, commands = clients.compute.virtual_machines, clients.compute.virtual_machine_run_commands
    refused("OperationNotAllowed", lambda: machines.generalize(group, "vm"))
    machines.begin_power_off(group, "vm").result()
    step = script_body("true")
    refused("OperationNotAllowed", lambda: commands.begin_create_or_update(group, "vm", "step", step))
    refused("OperationNotAllowed", lambda: machines.begin_restart(group, "vm"))
    machines.begin_deallocate(group, "vm").result()
    machines.generalize(group, "vm")
    error = refused("OperationNotAllowed", lambda: machines.begin_start(group, "vm"))
    assert "since the VM is generalized" in error.message


def test_what_is_in_use_is_not_deleted(clients: Clients, group: str) -> None:
    machine = make_machine(clients, group)
    network = clients.network
    refused("NicInUse", lambda: network.network_interfaces.begin_delete(group, "nic"))
    refused("InUseSubnetCannotBeDeleted", lambda: network.subnets.begin_delete(group, "vnet", "build"))
    refused("InUseSubnetCannotBeDeleted", lambda: network.virtual_networks.begin_delete(group, "vnet"))
    in_use = "InUseNetworkSecurityGroupCannotBeDeleted"
    refused(in_use, lambda: network.network_security_groups.begin_delete(group, "nsg"))
    disk = machine.storage_profile.os_disk.name
    refused("OperationNotAllowed", lambda: clients.compute.disks.begin_delete(group, disk))
    other = machine_body(machine.network_profile.network_interfaces[0].id, METADATA_IMAGE)
    refused("NicInUse", lambda: clients.compute.virtual_machines.begin_create_or_update(group, "vm2", other))


@pytest.mark.parametrize(
    ("change", "code", "target"),
    [
        ({"hardwareProfile": {"vmSize": "Standard_Nope"}}, "InvalidParameter", "vmSize"),
        ({"osProfile": None}, "InvalidParameter", "osProfile"),
        (
            {"osProfile": {"computerName": "vm", "adminUsername": "root", "adminPassword": "x"}},
            "InvalidParameter",
            "adminUsername",
        ),
        (
            {"osProfile": {"computerName": "vm", "adminUsername": "kiln"}},
            "InvalidParameter",
            "linuxConfiguration",
        ),
        (
            {"osProfile": {"computerName": "not valid", "adminUsername": "kiln", "adminPassword": "x"}},
            "InvalidParameter",
            "computerName",
        ),
        ({"networkProfile": None}, "InvalidParameter", "networkProfile.networkInterfaces"),
        ({"typo": 1}, "InvalidRequestContent", "properties.typo"),
        ({"hardwareProfile": {"vmSise": "x"}}, "InvalidRequestContent", "properties.hardwareProfile.vmSise"),
        ({"availabilitySet": {"id": "x"}}, "NotImplemented", None),
    ],
)
def test_machine_bodies(
    clients: Clients, group: str, change: dict[str, Any], code: str, target: str | None
) -> None:
    body = machine_body(make_network(clients, group), METADATA_IMAGE, **change)
    create = clients.compute.virtual_machines.begin_create_or_update
    error = refused(code, lambda: create(group, "vm", body))
    assert error.error
    assert error.error.target == target


def test_machines_with_other_images_and_regions(clients: Clients, group: str) -> None:
    interface = make_network(clients, group)
    create = clients.compute.virtual_machines.begin_create_or_update
    unknown = machine_body(interface, {**METADATA_IMAGE, "sku": "13-gen2"})
    refused("PlatformImageNotFound", lambda: create(group, "vm", unknown))
    far = {**machine_body(interface, METADATA_IMAGE), "location": "eastus"}
    refused("InvalidResourceReference", lambda: create(group, "vm", far))
    nowhere = {**far, "location": "moonbase"}
    refused("LocationNotAvailableForResourceType", lambda: create(group, "vm", nowhere))
    small = machine_body(interface, METADATA_IMAGE)
    small["properties"]["storageProfile"]["osDisk"]["diskSizeGB"] = 1
    refused("OperationNotAllowed", lambda: create(group, "vm", small))


def test_what_was_fixed_at_creation_stays(clients: Clients, group: str) -> None:
    machine = make_machine(clients, group)
    create = clients.compute.virtual_machines.begin_create_or_update
    interface = machine.network_profile.network_interfaces[0].id
    refused("PropertyChangeNotAllowed", lambda: create(group, "vm", machine_body(interface, WINDOWS)))
    moved = {**machine_body(interface, METADATA_IMAGE), "location": "eastus"}
    refused("InvalidResourceLocation", lambda: create(group, "vm", moved))
    subnet = clients.network.subnets.get(group, "vnet", "build").id
    second = make_interface(clients, group, str(subnet), "nic2")
    refused("PropertyChangeNotAllowed", lambda: create(group, "vm", machine_body(second, METADATA_IMAGE)))
    again = create(group, "vm", machine_body(interface, METADATA_IMAGE)).result()
    assert again.vm_id == machine.vm_id


def test_windows_guests_are_accepted_up_to_the_first_script(clients: Clients, group: str) -> None:
    make_machine(clients, group, WINDOWS)
    commands = clients.compute.virtual_machine_run_commands
    body = script_body("Get-Process", treatFailureAsDeploymentFailure=True)
    error = refused(
        "VMExtensionProvisioningError",
        lambda: commands.begin_create_or_update(group, "vm", "step", body).result(),
    )
    assert "runs Linux guests only" in error.message


def test_gallery_rules(clients: Clients, group: str) -> None:
    machine = make_machine(clients, group)
    compute = clients.compute
    compute.galleries.begin_create_or_update(group, "g", {"location": "westeurope"}).result()
    identifier = {"publisher": "p", "offer": "o", "sku": "s"}
    facts = {"osType": "Linux", "osState": "Generalized", "identifier": identifier}
    definition = {"location": "westeurope", "properties": facts}
    compute.gallery_images.begin_create_or_update(group, "g", "d", definition).result()
    refused("Conflict", lambda: compute.gallery_images.begin_create_or_update(group, "g", "d2", definition))
    other = {"location": "westeurope", "properties": {**facts, "osType": "Windows"}}
    refused(
        "PropertyChangeNotAllowed",
        lambda: compute.gallery_images.begin_create_or_update(group, "g", "d", other),
    )
    refused("CannotDeleteResource", lambda: compute.galleries.begin_delete(group, "g"))
    body: dict[str, Any] = {
        "location": "westeurope",
        "properties": {"storageProfile": {"source": {"virtualMachineId": machine.id}}},
    }
    create = compute.gallery_image_versions.begin_create_or_update
    refused("InvalidParameter", lambda: create(group, "g", "d", "1.0", body))
    error = refused("OperationNotAllowed", lambda: create(group, "g", "d", "1.0.0", body))
    assert "different OS state ['Specialized']" in error.message
    elsewhere = {
        **body,
        "properties": {**body["properties"], "publishingProfile": {"targetRegions": [{"name": "eastus"}]}},
    }
    refused("InvalidParameter", lambda: create(group, "g", "d", "1.0.0", elsewhere))
    image = {"location": "westeurope", "properties": {"sourceVirtualMachine": {"id": machine.id}}}
    refused("OperationNotAllowed", lambda: compute.images.begin_create_or_update(group, "i", image))


def test_scopes_and_versions(clients: Clients, group: str) -> None:
    refused("ResourceGroupNotFound", lambda: clients.network.virtual_networks.get(group, "v"))
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    refused("ResourceNotFound", lambda: clients.network.virtual_networks.get(group, "v"))
    refused(
        "ParentResourceNotFound", lambda: clients.network.subnets.begin_create_or_update(group, "v", "s", {})
    )
    path = f"/resourceGroups/{group}/providers/Microsoft.Compute/disks/d"
    assert clients.arm("GET", path, api_version="").json()["error"]["code"] == "MissingApiVersionParameter"
    assert (
        clients.arm("GET", path, api_version="2026").json()["error"]["code"] == "InvalidApiVersionParameter"
    )
    unknown = clients.arm(
        "PUT", f"/resourceGroups/{group}/providers/Microsoft.Web/sites/s", {"location": "westeurope"}
    )
    assert unknown.status_code == 501
    assert "Microsoft.Web/sites" in unknown.json()["error"]["message"]
    assert clients.arm("DELETE", path).status_code == 204


def test_tokens_are_verified(clients: Clients) -> None:
    with clients.cloud.http() as http:
        for header in ("", "Bearer nonsense", f"Bearer {clients.token}x"):
            answer = http.get("/subscriptions?api-version=2022-12-01", headers={"Authorization": header})
            assert answer.status_code == 401
            assert "Bearer" in answer.headers["WWW-Authenticate"]
        storage = clients.cloud.issue_token("https://storage.azure.com")
        answer = http.get(
            "/subscriptions?api-version=2022-12-01", headers={"Authorization": f"Bearer {storage}"}
        )
    assert answer.json()["error"]["code"] == "InvalidAuthenticationTokenAudience"
