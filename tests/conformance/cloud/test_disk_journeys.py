"""Bytes on their ways: data disks, specialized images, snapshots, imports and uploads, with real guests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.blob import BlobClient

from tests.conformance.cloud.harness import (
    ACCOUNT,
    Azurite,
    Clients,
    LocalCloud,
    image_definition,
    machine_body,
    make_interface,
    make_network,
    script_body,
)
from tests.conformance.cloud.test_guards import refused

WEST = {"location": "westeurope"}
LUN0 = "/dev/disk/azure/scsi1/lun0"
ACCOUNT_ID = f"/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{ACCOUNT}"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, azurite: Azurite) -> Iterator[LocalCloud]:
    running = LocalCloud(tmp_path_factory.mktemp("cloud"), storage=azurite.connection_string).start()
    yield running
    assert running.stop() == 0


def run(clients: Clients, group: str, machine: str, script: str) -> str:
    """The script's output; it must succeed."""
    commands = clients.compute.virtual_machine_run_commands
    commands.begin_create_or_update(group, machine, "step", script_body(script)).result()
    view = commands.get_by_virtual_machine(group, machine, "step", expand="instanceView").instance_view
    assert view.exit_code == 0, (view.execution_message, view.error)
    return str(view.output)


def make(clients: Clients, group: str, name: str, body: dict[str, Any]) -> Any:
    return clients.compute.virtual_machines.begin_create_or_update(group, name, body).result()


def next_interface(clients: Clients, group: str, name: str) -> str:
    return make_interface(clients, group, str(clients.network.subnets.get(group, "vnet", "build").id), name)


def from_image(interface: str, image: str, *, specialized: bool = False) -> dict[str, Any]:
    body = machine_body(interface, {"id": image})
    if specialized:
        del body["properties"]["osProfile"]
    return body


def attached(interface: str, disk: str) -> dict[str, Any]:
    """A machine whose OS disk is there already."""
    body = machine_body(interface)
    os_disk = {"createOption": "Attach", "osType": "Linux", "managedDisk": {"id": disk}}
    body["properties"]["storageProfile"] = {"osDisk": os_disk}
    del body["properties"]["osProfile"]
    return body


def copy_of(source: str, **properties: object) -> dict[str, Any]:
    creation = {"createOption": "Copy", "sourceResourceId": source}
    return {**WEST, "properties": {"creationData": creation, **properties}}


def with_data_disks(interface: str) -> dict[str, Any]:
    body = machine_body(interface)
    body["properties"]["storageProfile"]["dataDisks"] = [
        {"lun": 0, "createOption": "Empty", "diskSizeGB": 1, "deleteOption": "Delete", "caching": "ReadOnly"},
        {"lun": 3, "createOption": "Empty", "diskSizeGB": 2, "name": "kept"},
    ]
    return body


def test_data_disks_from_a_machine_to_an_image_and_back(clients: Clients, group: str) -> None:
    compute = clients.compute
    machine = make(clients, group, "vm", with_data_disks(make_network(clients, group)))
    first, second = machine.storage_profile.data_disks
    assert (first.lun, first.disk_size_gb, first.delete_option, second.name) == (0, 1, "Delete", "kept")
    run(clients, group, "vm", f"printf payload-of-lun-0 | dd of={LUN0} conv=notrunc status=none")
    disk = compute.disks.get(group, first.name)
    assert (disk.disk_state, disk.managed_by) == ("Attached", machine.id)
    compute.virtual_machines.begin_deallocate(group, "vm").result()
    compute.virtual_machines.generalize(group, "vm")
    assert compute.disks.get(group, first.name).disk_state == "Reserved"

    version = publish(clients, group, "Generalized", {"source": {"virtualMachineId": machine.id}})
    images = version.storage_profile.data_disk_images
    assert [(i.lun, i.size_in_gb, i.host_caching) for i in images] == [(0, 1, "ReadOnly"), (3, 2, "None")]
    source = {**WEST, "properties": {"sourceVirtualMachine": {"id": machine.id}}}
    image = compute.images.begin_create_or_update(group, "image", source).result()
    assert [disk.lun for disk in image.storage_profile.data_disks] == [0, 3]
    assert exported_start(clients, group, disk.id).startswith(b"payload-of-lun-0")

    compute.virtual_machines.begin_delete(group, "vm").result()
    assert [left.name for left in compute.disks.list_by_resource_group(group)] == ["kept"]
    for number, source_id in enumerate((version.id, image.id)):
        interface = next_interface(clients, group, f"nic{number}")
        again = make(clients, group, f"again{number}", from_image(interface, source_id))
        assert [disk.lun for disk in again.storage_profile.data_disks] == [0, 3]
        assert run(clients, group, f"again{number}", f"head -c 16 {LUN0}") == "payload-of-lun-0"


def publish(clients: Clients, group: str, os_state: str, storage: dict[str, Any]) -> Any:
    compute = clients.compute
    compute.galleries.begin_create_or_update(group, "g", WEST).result()
    definition = image_definition(osState=os_state)
    compute.gallery_images.begin_create_or_update(group, "g", "d", definition).result()
    versions = compute.gallery_image_versions
    body = {**WEST, "properties": {"storageProfile": storage}}
    return versions.begin_create_or_update(group, "g", "d", "1.0.0", body).result()


def exported_start(clients: Clients, group: str, disk: str) -> bytes:
    """The first bytes of a snapshot's VHD."""
    snapshots = clients.compute.snapshots
    snapshots.begin_create_or_update(group, "export", copy_of(disk)).result()
    grant = {"access": "Read", "durationInSeconds": 600}
    url = snapshots.begin_grant_access(group, "export", grant).result().access_sas
    with BlobClient.from_blob_url(url) as blob:
        start = blob.download_blob(0, 512).readall()
        assert blob.get_blob_properties().size == 1024**3 + 512
    refused("OperationNotAllowed", lambda: snapshots.begin_delete(group, "export"))
    snapshots.begin_revoke_access(group, "export").result()
    snapshots.begin_delete(group, "export").result()
    return start


@pytest.mark.parametrize("kind", ["machine", "disk", "snapshot"])
def test_a_specialized_image(clients: Clients, group: str, kind: str) -> None:
    """It keeps what the machine was, and takes no osProfile."""
    compute = clients.compute
    machine = make(clients, group, "vm", machine_body(make_network(clients, group)))
    run(clients, group, "vm", "echo mine > /etc/special")
    compute.virtual_machines.begin_deallocate(group, "vm").result()
    disk = machine.storage_profile.os_disk.managed_disk.id
    storage: dict[str, Any] = {"source": {"virtualMachineId": machine.id}}
    if kind == "snapshot":
        disk = compute.snapshots.begin_create_or_update(group, "s", copy_of(disk)).result().id
    if kind != "machine":
        storage = {"osDiskImage": {"source": {"id": disk}}}
    version = publish(clients, group, "Specialized", storage)
    interface = next_interface(clients, group, "nic2")
    create = compute.virtual_machines.begin_create_or_update
    refused("InvalidParameter", lambda: create(group, "again", from_image(interface, version.id)))
    made = make(clients, group, "again", from_image(interface, version.id, specialized=True))
    assert made.os_profile is None
    assert run(clients, group, "again", "cat /etc/special") == "mine\n"


def test_snapshots_as_a_cache_of_layers(clients: Clients, group: str, azurite: Azurite) -> None:
    """Incremental snapshot, its copy, a disk of it, a machine on that disk; then the disk as a VHD again."""
    compute = clients.compute
    machine = make(clients, group, "vm", machine_body(make_network(clients, group)))
    run(clients, group, "vm", "echo one > /layer")
    disk = machine.storage_profile.os_disk.managed_disk.id
    snapshots, disks = compute.snapshots, compute.disks
    first = snapshots.begin_create_or_update(group, "s1", copy_of(disk, incremental=True)).result()
    run(clients, group, "vm", "echo two > /layer")
    second = snapshots.begin_create_or_update(group, "s2", copy_of(disk, incremental=True)).result()
    assert first.incremental_snapshot_family_id == second.incremental_snapshot_family_id
    copy = snapshots.begin_create_or_update(group, "copy", copy_of(first.id, incremental=True)).result()
    snapshots.begin_delete(group, "s1").result()
    cached = disks.begin_create_or_update(group, "cached", copy_of(copy.id)).result()
    assert (cached.os_type, cached.hyper_v_generation) == ("Linux", "V2")
    make(clients, group, "again", attached(next_interface(clients, group, "nic2"), cached.id))
    assert run(clients, group, "again", "cat /layer") == "one\n"
    _travels_as_vhd(clients, group, copy.name, azurite)


def _travels_as_vhd(clients: Clients, group: str, snapshot: str, azurite: Azurite) -> None:
    """The snapshot's VHD in a blob is imported as a disk, uploaded as another, and made a managed image."""
    compute = clients.compute
    grant = {"access": "Read", "durationInSeconds": 600}
    url = compute.snapshots.begin_grant_access(group, snapshot, grant).result().access_sas
    creation = {"createOption": "Import", "sourceUri": url, "storageAccountId": ACCOUNT_ID}
    facts = {"osType": "Linux", "hyperVGeneration": "V2"}
    body = {**WEST, "properties": {**facts, "creationData": creation}}
    imported = compute.disks.begin_create_or_update(group, "imported", body).result()
    assert imported.disk_size_gb == compute.snapshots.get(group, snapshot).disk_size_gb
    uploaded = _upload(clients, group, url, facts)
    profile = {"osDisk": {"osType": "Linux", "osState": "Generalized", "blobUri": url}}
    image = {**WEST, "properties": {"hyperVGeneration": "V2", "storageProfile": profile}}
    made = compute.images.begin_create_or_update(group, "from-blob", image).result()
    compute.snapshots.begin_revoke_access(group, snapshot).result()
    bodies = {
        "on-imported": lambda nic: attached(nic, imported.id),
        "on-uploaded": lambda nic: attached(nic, uploaded),
        "on-image": lambda nic: from_image(nic, made.id),
    }
    for name, describe in bodies.items():
        make(clients, group, name, describe(next_interface(clients, group, f"nic-{name}")))
        assert run(clients, group, name, "cat /layer") == "one\n"


def _upload(clients: Clients, group: str, url: str, facts: dict[str, str]) -> str:
    disks = clients.compute.disks
    with BlobClient.from_blob_url(url) as source:
        size = source.get_blob_properties().size
        creation = {"createOption": "Upload", "uploadSizeBytes": size}
        body = {**WEST, "properties": {**facts, "creationData": creation}}
        made = disks.begin_create_or_update(group, "uploaded", body).result()
        assert made.disk_state == "ReadyToUpload"
        grant = {"access": "Write", "durationInSeconds": 600}
        target = disks.begin_grant_access(group, "uploaded", grant).result().access_sas
        assert disks.get(group, "uploaded").disk_state == "ActiveUpload"
        with BlobClient.from_blob_url(target) as blob:
            for page in source.list_page_ranges():
                for start in range(page.start, page.end + 1, 4 * 1024**2):
                    length = min(4 * 1024**2, page.end + 1 - start)
                    blob.upload_page(source.download_blob(start, length).readall(), start, length)
    disks.begin_revoke_access(group, "uploaded").result()
    assert disks.get(group, "uploaded").disk_state == "Unattached"
    return str(made.id)
