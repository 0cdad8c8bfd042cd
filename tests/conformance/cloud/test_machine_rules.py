"""Machines: data disks, sizes against images, quota, and disks that are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.cloud.harness import (
    METADATA_IMAGE,
    Clients,
    LocalCloud,
    machine_body,
    make_interface,
    make_network,
)
from tests.conformance.cloud.test_guards import refused

WEST = {"location": "westeurope"}
EMPTY = {"createOption": "Empty", "diskSizeGB": 1}


@pytest.fixture
def body(clients: Clients, group: str) -> dict[str, Any]:
    return machine_body(make_network(clients, group), METADATA_IMAGE)


@pytest.fixture
def quotas(cloud: LocalCloud) -> Iterator[Any]:
    """Sets one: `quotas(location=…, cores=…, family=…)`; gone after the test."""
    with cloud.http() as http:
        yield lambda **quota: http.put("/_local/quotas", json=quota)
        http.delete("/_local/quotas")


def sized(body: dict[str, Any], size: str) -> dict[str, Any]:
    body["properties"]["hardwareProfile"]["vmSize"] = size
    return body


@pytest.mark.parametrize(
    ("disks", "code"),
    [
        ([{"lun": 0, **EMPTY}, {"lun": 0, **EMPTY}], "InvalidParameter"),
        ([{"lun": 0, "createOption": "Empty"}], "InvalidParameter"),
        ([{"lun": 64, **EMPTY}], "InvalidRequestContent"),
        ([{"lun": 0, "createOption": "FromImage"}], "InvalidParameter"),
        ([{"lun": 0, "createOption": "Attach"}], "InvalidParameter"),
        ([{"lun": 0, "createOption": "Copy"}], "NotImplemented"),
        ([{"lun": lun, **EMPTY} for lun in range(5)], "OperationNotAllowed"),
    ],
)
def test_data_disks_that_are_refused(
    clients: Clients, group: str, body: dict[str, Any], disks: list[dict[str, Any]], code: str
) -> None:
    """Two cores take four data disks."""
    body["properties"]["storageProfile"]["dataDisks"] = disks
    refused(code, lambda: clients.compute.virtual_machines.begin_create_or_update(group, "vm", body))


def test_data_disks_come_and_go(clients: Clients, group: str, body: dict[str, Any]) -> None:
    machines, disks = clients.compute.virtual_machines, clients.compute.disks
    machines.begin_create_or_update(group, "vm", body).result()
    own = {**WEST, "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 2}}
    disk = disks.begin_create_or_update(group, "own", own).result()
    attach = {"lun": 1, "createOption": "Attach", "managedDisk": {"id": disk.id}}
    with_both = [{"lun": 0, **EMPTY, "name": "made"}, attach]

    def update(entries: list[dict[str, Any]]) -> Any:
        change = {"properties": {"storageProfile": {"dataDisks": entries}}}
        return machines.begin_update(group, "vm", change).result()

    made = update(with_both)
    assert [d.name for d in made.storage_profile.data_disks] == ["made", "own"]
    assert disks.get(group, "own").managed_by == made.id
    refused("OperationNotAllowed", lambda: disks.begin_delete(group, "own"))
    assert [d.name for d in update(with_both[:1]).storage_profile.data_disks] == ["made"]
    assert disks.get(group, "own").disk_state == "Unattached"
    gone = update([{"lun": 0, "createOption": "Empty", "name": "made", "toBeDetached": True}])
    assert gone.storage_profile.data_disks == []
    update([attach])
    other = machine_body(next_interface(clients, group), METADATA_IMAGE)
    other["properties"]["storageProfile"]["dataDisks"] = [attach]
    refused("ConflictingUserInput", lambda: machines.begin_create_or_update(group, "vm2", other))


def next_interface(clients: Clients, group: str) -> str:
    return make_interface(clients, group, str(clients.network.subnets.get(group, "vnet", "build").id), "nic2")


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ("Standard_D1_v2", "cannot boot Hypervisor Generation '2'"),
        ("Standard_D2ps_v5", "only supports a CPU Architecture of 'Arm64'"),
    ],
)
def test_sizes_that_do_not_fit_the_image(
    clients: Clients, group: str, body: dict[str, Any], size: str, words: str
) -> None:
    create = clients.compute.virtual_machines.begin_create_or_update
    error = refused("BadRequest", lambda: create(group, "vm", sized(body, size)))
    assert words in error.message
    create(group, "vm", sized(body, "Standard_D2s_v5")).result()
    refused("BadRequest", lambda: create(group, "vm", sized(body, size)))


def test_security_types_that_do_not_fit(clients: Clients, group: str, body: dict[str, Any]) -> None:
    create = clients.compute.virtual_machines.begin_create_or_update
    body["properties"]["securityProfile"] = {"securityType": "ConfidentialVM"}
    refused("BadRequest", lambda: create(group, "vm", body))
    gen1 = machine_body(next_interface(clients, group), {**METADATA_IMAGE, "sku": "12"})
    gen1["properties"]["securityProfile"] = {"securityType": "TrustedLaunch"}
    error = refused("BadRequest", lambda: create(group, "vm", gen1))
    assert "Trusted Launch Supported Gen2" in error.message


def test_quota_of_regions_and_families(
    clients: Clients, group: str, body: dict[str, Any], quotas: Any
) -> None:
    machines = clients.compute.virtual_machines
    assert quotas(location="westeurope", cores=50).status_code == 200
    assert quotas(location="westeurope", family="standardDSv5Family", cores=1).status_code == 200
    error = refused("QuotaExceeded", lambda: machines.begin_create_or_update(group, "vm", body))
    assert "standardDSv5Family Cores quota" in error.message
    usages = {row.name.value: row.limit for row in clients.compute.usage.list("westeurope")}
    assert (usages["cores"], usages["standardDSv5Family"], usages["standardFSv2Family"]) == (50, 1, 50)
    quotas(location="westeurope", family="standardDSv5Family", cores=50)
    machines.begin_create_or_update(group, "vm", body).result()
    machines.begin_deallocate(group, "vm").result()
    quotas(location="westeurope", cores=1)
    error = refused("OperationNotAllowed", lambda: machines.begin_start(group, "vm"))
    assert "Total Regional Cores quota" in error.message
    for bad in ({"location": "moon", "cores": 1}, {"location": "westeurope", "family": "x", "cores": 1}):
        assert quotas(**bad).status_code == 400


def test_sizes_are_listed_with_what_they_can(clients: Clients) -> None:
    skus = {sku.name: sku for sku in clients.compute.resource_skus.list(filter="location eq 'westeurope'")}
    wanted = {
        "Standard_D1_v2": {
            "HyperVGenerations": "V1",
            "TrustedLaunchDisabled": "True",
            "MaxDataDiskCount": "2",
        },
        "Standard_D4ds_v4": {"HyperVGenerations": "V1,V2", "vCPUs": "4", "MaxDataDiskCount": "8"},
        "Standard_D2ps_v5": {"HyperVGenerations": "V2", "CpuArchitectureType": "Arm64"},
    }
    for name, facts in wanted.items():
        found = {capability.name: capability.value for capability in skus[name].capabilities}
        assert facts.items() <= found.items()
    sizes = {size.name: size for size in clients.compute.virtual_machine_sizes.list("westeurope")}
    assert sizes["Standard_D4ds_v4"].max_data_disk_count == 8


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"creationData": {"createOption": "Empty"}}, "InvalidParameter"),
        (
            {"creationData": {"createOption": "Import", "sourceUri": "http://127.0.0.1:1/a/b"}},
            "InvalidParameter",
        ),
        ({"creationData": {"createOption": "Upload"}}, "InvalidParameter"),
        ({"creationData": {"createOption": "Upload", "uploadSizeBytes": 30_000_000}}, "InvalidParameter"),
        ({"creationData": {"createOption": "Copy"}}, "InvalidParameter"),
        ({"creationData": {"createOption": "CopyStart"}}, "NotImplemented"),
    ],
)
def test_disks_that_are_refused(clients: Clients, group: str, properties: dict[str, Any], code: str) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    put = clients.compute.disks.begin_create_or_update
    refused(code, lambda: put(group, "d", {**WEST, "properties": properties}))


def test_what_a_disk_is_made_of_stays(clients: Clients, group: str) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    put = clients.compute.disks.begin_create_or_update
    disk = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    made = put(group, "d", {**WEST, "properties": disk}).result()
    copy = {"createOption": "Copy", "sourceResourceId": made.id}
    small = {"creationData": copy, "diskSizeGB": 1}
    refused("InvalidParameter", lambda: put(group, "copy", {**WEST, "properties": small}))
    refused(
        "PropertyChangeNotAllowed", lambda: put(group, "d", {**WEST, "properties": {"creationData": copy}})
    )
    refused("BadRequest", lambda: put(group, "d", {**WEST, "properties": {**disk, "diskSizeGB": 1}}))
    refused("NotImplemented", lambda: put(group, "d", {**WEST, "properties": {**disk, "diskSizeGB": 8}}))
    attached = machine_body(make_network(clients, group))
    os_disk = {"createOption": "Attach", "osType": "Linux", "managedDisk": {"id": made.id}}
    attached["properties"]["storageProfile"] = {"osDisk": os_disk}
    create = clients.compute.virtual_machines.begin_create_or_update
    error = refused("InvalidParameter", lambda: create(group, "vm", attached))
    assert error.error
    assert error.error.target == "osProfile"
    del attached["properties"]["osProfile"]
    del os_disk["osType"]
    error = refused("InvalidParameter", lambda: create(group, "vm", attached))
    assert error.error
    assert error.error.target == "osDisk.osType"


def test_what_a_run_left_is_found_by_its_tag(clients: Clients, group: str) -> None:
    """As a janitor looks: groups and resources with a tag, with a tag of one value."""
    run = {"kiln-run": f"run-of-{group}"}
    groups, resources = clients.resources.resource_groups, clients.resources.resources
    groups.create_or_update(group, {**WEST, "tags": run})
    disk = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}
    for name, tags in (("mine", run), ("other", {"kiln-run": "another"}), ("plain", {})):
        body = {**WEST, "tags": tags, "properties": disk}
        clients.compute.disks.begin_create_or_update(group, name, body).result()
    by_value = f"tagName eq 'kiln-run' and tagValue eq '{run['kiln-run']}'"
    assert [found.name for found in groups.list(filter=by_value)] == [group]
    assert [found.name for found in resources.list(filter=by_value)] == ["mine"]
    by_name = resources.list_by_resource_group(group, filter="tagName eq 'kiln-run'")
    assert sorted(found.name for found in by_name) == ["mine", "other"]


def test_a_scale_set_is_a_model_without_instances(clients: Clients, group: str) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    storage = {"imageReference": METADATA_IMAGE, "osDisk": {"createOption": "FromImage"}}
    model = {"orchestrationMode": "Uniform", "virtualMachineProfile": {"storageProfile": storage}}
    body: dict[str, Any] = {**WEST, "sku": {"name": "Standard_D2ds_v4", "capacity": 0}, "properties": model}
    sets = clients.compute.virtual_machine_scale_sets
    made = sets.begin_create_or_update(group, "users", body).result()
    assert made.id in [each.id for each in sets.list_all()]
    assert list(clients.compute.virtual_machine_scale_set_vms.list(group, "users")) == []
    body["sku"]["capacity"] = 1
    refused("NotImplemented", lambda: sets.begin_create_or_update(group, "users", body))
    body["sku"]["capacity"] = 0
    del storage["imageReference"]
    refused("InvalidParameter", lambda: sets.begin_create_or_update(group, "users", body))
    sets.begin_delete(group, "users").result()
    assert list(sets.list_all()) == []
