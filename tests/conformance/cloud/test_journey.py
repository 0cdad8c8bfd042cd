"""From an empty subscription to a gallery version and back, with the real clients and real scripts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.blob import BlobClient

from tests.conformance.cloud.harness import (
    Azurite,
    Clients,
    LocalCloud,
    machine_body,
    make_network,
    read_blob,
    script_body,
)

DEFINITION = {
    "location": "westeurope",
    "properties": {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "kiln", "offer": "test", "sku": "tiny"},
    },
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, azurite: Azurite) -> Iterator[LocalCloud]:
    running = LocalCloud(tmp_path_factory.mktemp("cloud"), storage=azurite.connection_string).start()
    yield running
    assert running.stop() == 0


def test_a_build_from_network_to_gallery_version(clients: Clients, azurite: Azurite, group: str) -> None:
    compute = clients.compute
    interface = make_network(clients, group)
    machine = compute.virtual_machines.begin_create_or_update(group, "vm", machine_body(interface)).result()
    assert machine.provisioning_state == "Succeeded"
    assert _power(clients, group) == "PowerState/running"

    output = azurite.append_blob_url("logs", f"{group}.txt")
    body = script_body(
        'echo "hello $WHO $1"; echo oops >&2; echo kept > /kept',
        parameters=[{"name": "WHO", "value": "world"}, {"name": "", "value": "first"}],
        outputBlobUri=output,
    )
    compute.virtual_machine_run_commands.begin_create_or_update(group, "vm", "step", body).result()
    command = compute.virtual_machine_run_commands.get_by_virtual_machine(
        group, "vm", "step", expand="instanceView"
    )
    view = command.instance_view
    assert (view.execution_state, view.exit_code) == ("Succeeded", 0), view.execution_message
    assert (view.output, view.error) == ("hello world first\n", "oops\n")
    assert read_blob(output) == b"hello world first\n"

    compute.virtual_machines.begin_deallocate(group, "vm").result()
    compute.virtual_machines.generalize(group, "vm")
    assert _power(clients, group) == "PowerState/deallocated"

    snapshot = _snapshot(clients, group, machine.storage_profile.os_disk.managed_disk.id)
    version = _publish(clients, group, machine.id)
    assert {row.region for row in version.replication_status.summary} == {"West Europe", "North Europe"}
    assert version.replication_status.aggregated_state == "Completed"

    compute.virtual_machines.begin_delete(group, "vm").result()
    left = {item.type for item in clients.resources.resources.list_by_resource_group(group)}
    assert "Microsoft.Network/networkInterfaces" not in left
    assert "Microsoft.Compute/disks" not in left

    _boots_with_the_kept_file(clients, group, version.id)
    assert _exported_is_fixed_vhd(clients, group, snapshot.name)
    clients.resources.resource_groups.begin_delete(group).result()
    assert not clients.resources.resource_groups.check_existence(group)


def _snapshot(clients: Clients, group: str, disk: str) -> Any:
    body = {
        "location": "westeurope",
        "properties": {
            "incremental": True,
            "creationData": {"createOption": "Copy", "sourceResourceId": disk},
        },
    }
    return clients.compute.snapshots.begin_create_or_update(group, "snap", body).result()


def _publish(clients: Clients, group: str, machine: str) -> Any:
    compute = clients.compute
    compute.galleries.begin_create_or_update(group, "gallery", {"location": "westeurope"}).result()
    compute.gallery_images.begin_create_or_update(group, "gallery", "tiny", DEFINITION).result()
    body = {
        "location": "westeurope",
        "properties": {
            "publishingProfile": {"targetRegions": [{"name": "westeurope"}, {"name": "North Europe"}]},
            "storageProfile": {"source": {"virtualMachineId": machine}},
        },
    }
    compute.gallery_image_versions.begin_create_or_update(group, "gallery", "tiny", "1.0.0", body).result()
    return compute.gallery_image_versions.get(group, "gallery", "tiny", "1.0.0", expand="ReplicationStatus")


def _boots_with_the_kept_file(clients: Clients, group: str, version: str) -> None:
    """A machine of `latest` of the definition has what the script wrote."""
    interface = make_network(clients, group)
    body = machine_body(interface)
    body["properties"]["storageProfile"]["imageReference"] = {"id": version.rsplit("/versions/", 1)[0]}
    made = clients.compute.virtual_machines.begin_create_or_update(group, "again", body).result()
    assert made.storage_profile.image_reference.exact_version == "1.0.0"
    commands = clients.compute.virtual_machine_run_commands
    commands.begin_create_or_update(group, "again", "look", script_body("cat /kept")).result()
    found = commands.get_by_virtual_machine(group, "again", "look", expand="instanceView")
    assert found.instance_view.output == "kept\n"


def _exported_is_fixed_vhd(clients: Clients, group: str, snapshot: str) -> bool:
    """The exported blob is a fixed VHD: whole MiB and a footer."""
    grant = {"access": "Read", "durationInSeconds": 3600}
    access = clients.compute.snapshots.begin_grant_access(group, snapshot, grant).result()
    with BlobClient.from_blob_url(access.access_sas) as blob:
        size = blob.get_blob_properties().size
        footer = blob.download_blob(offset=size - 512, length=512).readall()
    clients.compute.snapshots.begin_revoke_access(group, snapshot).result()
    return footer[:8] == b"conectix" and (size - 512) % (1024 * 1024) == 0


def _power(clients: Clients, group: str) -> str:
    view = clients.compute.virtual_machines.instance_view(group, "vm")
    return next(
        str(status.code) for status in view.statuses or [] if str(status.code).startswith("PowerState")
    )
