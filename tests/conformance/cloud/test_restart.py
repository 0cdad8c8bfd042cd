"""Killed at any point, the cloud carries on where it was."""

from __future__ import annotations

import time

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import (
    METADATA_IMAGE,
    Clients,
    LocalCloud,
    machine_body,
    make_network,
    script_body,
)


def _kill_and_restart(cloud: LocalCloud) -> None:
    cloud.kill()
    cloud.start()


def test_a_machine_that_was_being_created_is_created(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--operation-seconds", "0.3")
    clients = connect(cloud)
    interface = make_network(clients, "rg")
    poller = clients.compute.virtual_machines.begin_create_or_update("rg", "vm", machine_body(interface))
    _kill_and_restart(cloud)
    machine = poller.result()
    assert machine.provisioning_state == "Succeeded"
    view = clients.compute.virtual_machines.instance_view("rg", "vm")
    assert "PowerState/running" in {status.code for status in view.statuses or []}


def test_a_group_that_was_being_deleted_is_deleted(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--operation-seconds", "0.3")
    clients = connect(cloud)
    make_network(clients, "rg")
    poller = clients.resources.resource_groups.begin_delete("rg")
    _kill_and_restart(cloud)
    poller.result()
    assert list(clients.resources.resources.list(filter="tagName eq 'kiln-run'")) == []
    assert not clients.resources.resource_groups.check_existence("rg")


def test_an_unfinished_script_runs_again_on_the_clean_disk(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud()
    clients = connect(cloud)
    interface = make_network(clients, "rg")
    clients.compute.virtual_machines.begin_create_or_update("rg", "vm", machine_body(interface)).result()
    script = "echo begins; test -e /stained && echo stained; touch /stained; sleep 2"
    commands = clients.compute.virtual_machine_run_commands
    commands.begin_create_or_update("rg", "vm", "step", script_body(script, asyncExecution=True)).result()
    _wait_for(clients, "Running")
    _kill_and_restart(cloud)
    assert _wait_for(clients, "Succeeded") == "begins\n"


def test_a_graceful_stop_leaves_a_script_to_be_run_again(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud()
    clients = connect(cloud)
    interface = make_network(clients, "rg")
    clients.compute.virtual_machines.begin_create_or_update("rg", "vm", machine_body(interface)).result()
    commands = clients.compute.virtual_machine_run_commands
    body = script_body("sleep 2; echo done", asyncExecution=True)
    commands.begin_create_or_update("rg", "vm", "step", body).result()
    _wait_for(clients, "Running")
    assert cloud.stop() == 0
    cloud.start()
    assert _wait_for(clients, "Succeeded") == "done\n"


def test_tokens_and_certificates_outlive_a_restart(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none")
    clients = connect(cloud)
    clients.resources.resource_groups.create_or_update("rg", {"location": "westeurope"})
    before = dict(cloud.address)
    _kill_and_restart(cloud)
    assert cloud.address == before
    assert clients.resources.resource_groups.get("rg").location == "westeurope"


def test_a_deleted_machine_stays_deleted(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none")
    clients = connect(cloud)
    body = machine_body(make_network(clients, "rg"), METADATA_IMAGE)
    clients.compute.virtual_machines.begin_create_or_update("rg", "vm", body).result()
    clients.compute.virtual_machines.begin_delete("rg", "vm").result()
    _kill_and_restart(cloud)
    with pytest.raises(ResourceNotFoundError):
        clients.compute.virtual_machines.get("rg", "vm")


def _wait_for(clients: Clients, state: str) -> str:
    """The output of the run command once it is in that state."""
    commands = clients.compute.virtual_machine_run_commands
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        view = commands.get_by_virtual_machine("rg", "vm", "step", expand="instanceView").instance_view
        if view.execution_state == state:
            return str(view.output)
        time.sleep(0.05)  # the client's own polling: the cloud has no event to wait for
    raise AssertionError(f"still {view.execution_state}: {view.execution_message}")
