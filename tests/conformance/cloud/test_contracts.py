"""Bodies that the real clients send and this cloud answers, checked against Microsoft's resource types."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.contracts import FOLDER, check
from tests.conformance.cloud.harness import METADATA_IMAGE, Clients, machine_body, make_network, script_body

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"Microsoft's resource types are not here ({FOLDER.name} beside the project)"
)

WEST = {"location": "westeurope"}
DEFINITION = {
    **WEST,
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "identifier": {"publisher": "p", "offer": "o", "sku": "s"},
    },
}


def test_every_body_fits_its_contract(start_cloud: StartCloud, connect: Connect, tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    clients = connect(start_cloud("--guest", "none", "--record", str(record)))
    _make_everything(clients)
    _read_everything(clients)
    exchanges = [json.loads(line) for line in record.read_text().splitlines()]
    compared, violations = check(exchanges)
    assert not Counter(violations)
    assert compared > 40
    text = record.read_text()
    assert "Not-A-Secret-1" not in text
    assert "hidden-value" not in text


def test_a_misspelt_field_is_found() -> None:
    command = "Microsoft.Compute/virtualMachines/v/runCommands/c"
    exchange = {
        "method": "PUT",
        "path": f"/subscriptions/s/resourceGroups/g/providers/{command}",
        "query": {"api-version": "2026-04-01"},
        "status": 201,
        "request": {**WEST, "properties": {"treatFailureAsDeploymentSuccess": True}},
        "response": None,
    }
    compared, violations = check([exchange])
    assert compared == 1
    assert "treatFailureAsDeploymentSuccess" in violations[0].problem


def _make_everything(clients: Clients) -> None:
    compute, network = clients.compute, clients.network
    interface = make_network(clients, "rg")
    address = {**WEST, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    outbound = network.public_ip_addresses.begin_create_or_update("rg", "ip", address).result()
    gateway = {
        **WEST,
        "sku": {"name": "Standard"},
        "properties": {"publicIpAddresses": [{"id": outbound.id}]},
    }
    nat = network.nat_gateways.begin_create_or_update("rg", "nat", gateway).result()
    subnet = {"properties": {"addressPrefix": "10.0.1.0/24", "natGateway": {"id": nat.id}}}
    network.subnets.begin_create_or_update("rg", "vnet", "private", subnet).result()
    body = machine_body(interface, METADATA_IMAGE)
    data_disk = {"lun": 2, "createOption": "Empty", "diskSizeGB": 4, "deleteOption": "Delete"}
    body["properties"]["storageProfile"]["dataDisks"] = [data_disk]
    machine = compute.virtual_machines.begin_create_or_update("rg", "vm", body).result()
    storage = {"imageReference": METADATA_IMAGE, "osDisk": {"createOption": "FromImage"}}
    model = {"orchestrationMode": "Flexible", "virtualMachineProfile": {"storageProfile": storage}}
    scale_set = {**WEST, "sku": {"name": "Standard_D2ds_v4", "capacity": 0}, "properties": model}
    compute.virtual_machine_scale_sets.begin_create_or_update("rg", "set", scale_set).result()
    secret = [{"name": "TOKEN", "value": "hidden-value"}]
    step = script_body("true", protectedParameters=secret)
    compute.virtual_machine_run_commands.begin_create_or_update("rg", "vm", "step", step).result()
    compute.virtual_machines.begin_deallocate("rg", "vm").result()
    compute.virtual_machines.generalize("rg", "vm")
    disk = machine.storage_profile.os_disk.managed_disk.id
    copy = {"creationData": {"createOption": "Copy", "sourceResourceId": disk}}
    frozen = {**WEST, "properties": {**copy, "incremental": True}}
    compute.snapshots.begin_create_or_update("rg", "snap", frozen).result()
    compute.disks.begin_create_or_update("rg", "copy", {**WEST, "properties": copy}).result()
    source = {"sourceVirtualMachine": {"id": machine.id}}
    compute.images.begin_create_or_update("rg", "image", {**WEST, "properties": source}).result()
    compute.galleries.begin_create_or_update("rg", "g", WEST).result()
    compute.gallery_images.begin_create_or_update("rg", "g", "d", DEFINITION).result()
    version = {"storageProfile": {"source": {"virtualMachineId": machine.id}}}
    create = compute.gallery_image_versions.begin_create_or_update
    create("rg", "g", "d", "1.0.0", {**WEST, "properties": version}).result()
    profile = {"targetRegions": [{"name": "westeurope"}, {"name": "northeurope"}], "excludeFromLatest": True}
    wider = {"properties": {"publishingProfile": profile}}
    compute.gallery_image_versions.begin_update("rg", "g", "d", "1.0.0", wider).result()


def _read_everything(clients: Clients) -> None:
    compute, network = clients.compute, clients.network
    for listed in (
        network.virtual_networks.list("rg"),
        network.subnets.list("rg", "vnet"),
        network.network_security_groups.list("rg"),
        network.network_interfaces.list("rg"),
        network.public_ip_addresses.list("rg"),
        network.nat_gateways.list("rg"),
        compute.virtual_machines.list("rg"),
        compute.virtual_machine_scale_sets.list("rg"),
        compute.virtual_machine_run_commands.list_by_virtual_machine("rg", "vm", expand="instanceView"),
        compute.disks.list_by_resource_group("rg"),
        compute.snapshots.list_by_resource_group("rg"),
        compute.images.list_by_resource_group("rg"),
        compute.galleries.list_by_resource_group("rg"),
        compute.gallery_images.list_by_gallery("rg", "g"),
        compute.gallery_image_versions.list_by_gallery_image("rg", "g", "d"),
    ):
        assert list(listed)
    compute.virtual_machines.get("rg", "vm", expand="instanceView")
    compute.gallery_image_versions.get("rg", "g", "d", "1.0.0", expand="ReplicationStatus")
