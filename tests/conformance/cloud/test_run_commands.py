"""Managed run commands in a real guest: sources, output, timeouts, cancellation; and a disk copied out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.conformance.cloud.harness import (
    Azurite,
    Clients,
    LocalCloud,
    machine_body,
    make_network,
    read_blob,
    script_body,
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, azurite: Azurite) -> Iterator[LocalCloud]:
    running = LocalCloud(tmp_path_factory.mktemp("cloud"), storage=azurite.connection_string).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def machine(clients: Clients) -> Any:
    body = machine_body(make_network(clients, "rg"))
    return clients.compute.virtual_machines.begin_create_or_update("rg", "vm", body).result()


def run(clients: Clients, name: str, body: dict[str, Any]) -> Any:
    """Runs a command to its end; its instance view."""
    clients.compute.virtual_machine_run_commands.begin_create_or_update("rg", "vm", name, body).result()
    return read(clients, name)


def read(clients: Clients, name: str) -> Any:
    commands = clients.compute.virtual_machine_run_commands
    return commands.get_by_virtual_machine("rg", "vm", name, expand="instanceView").instance_view


@pytest.mark.usefixtures("machine")
def test_a_script_from_a_blob_with_both_streams_as_blobs(clients: Clients, azurite: Azurite) -> None:
    source = azurite.append_blob_url("scripts", "step.sh")
    with azurite.service() as service:
        service.get_blob_client("scripts", "step.sh").upload_blob(
            b"echo out; echo err >&2; exit 3\n", overwrite=True
        )
    output, error = (azurite.append_blob_url("logs", name) for name in ("out", "err"))
    streams = {"outputBlobUri": output, "errorBlobUri": error}
    view = run(clients, "blob", script_body("", source={"scriptUri": source}, **streams))
    assert (view.execution_state, view.exit_code) == ("Failed", 3)
    assert (read_blob(output), read_blob(error)) == (b"out\n", b"err\n")


@pytest.mark.usefixtures("machine")
def test_a_script_that_is_not_there(clients: Clients, azurite: Azurite) -> None:
    missing = azurite.append_blob_url("scripts", "missing.sh")
    view = run(clients, "missing", script_body("", source={"scriptUri": missing}))
    assert view.execution_state == "Failed"
    assert "could not be downloaded" in view.execution_message
    assert "HTTP status 404" in view.execution_message
    assert "sig=" not in view.execution_message
    assert "sig=" not in (clients.cloud.data / "log").read_text()


@pytest.mark.usefixtures("machine")
def test_a_script_that_takes_too_long(clients: Clients) -> None:
    view = run(clients, "slow", script_body("echo begun; sleep 60", timeoutInSeconds=1))
    assert view.execution_state == "TimedOut"
    assert view.output == "begun\n"


@pytest.mark.usefixtures("machine")
def test_output_grows_while_the_script_runs_and_deletion_ends_it(clients: Clients, azurite: Azurite) -> None:
    output = azurite.append_blob_url("logs", "growing")
    body = script_body("echo begun; sleep 60", asyncExecution=True, outputBlobUri=output)
    commands = clients.compute.virtual_machine_run_commands
    commands.begin_create_or_update("rg", "vm", "endless", body).result()
    deadline = time.monotonic() + 30
    while _content(output) != b"begun\n":
        assert time.monotonic() < deadline
        time.sleep(0.05)  # the blob is all there is to look at
    assert read(clients, "endless").execution_state == "Running"
    began = time.monotonic()
    commands.begin_delete("rg", "vm", "endless").result()
    assert time.monotonic() - began < 20
    with pytest.raises(ResourceNotFoundError):
        read(clients, "endless")


@pytest.mark.usefixtures("machine")
def test_the_same_body_again_runs_nothing(clients: Clients) -> None:
    body = script_body("echo x >> /times; wc -l < /times")
    assert [run(clients, "count", body).output.strip() for _ in range(2)] == ["1", "1"]
    again = script_body("echo x >> /times; wc -l < /times # again")
    assert run(clients, "count", again).output.strip() == "2"


def test_a_disk_is_copied_out_by_the_storage(clients: Clients, azurite: Azurite, machine: Any) -> None:
    clients.compute.virtual_machines.begin_deallocate("rg", "vm").result()
    name = machine.storage_profile.os_disk.name
    grant = {"access": "Read", "durationInSeconds": 600}
    access = clients.compute.disks.begin_grant_access("rg", name, grant).result().access_sas
    with azurite.service() as service:
        copy = service.create_container("copies").get_blob_client("disk.vhd")
        copy.start_copy_from_url(access)
        properties = copy.get_blob_properties()
        footer = copy.download_blob(offset=properties.size - 512, length=512).readall()
    assert properties.copy.status == "success"
    assert footer[:8] == b"conectix"
    assert clients.compute.disks.get("rg", name).disk_state == "ActiveSAS"
    clients.compute.disks.begin_revoke_access("rg", name).result()
    assert clients.compute.disks.get("rg", name).disk_state == "Reserved"
    clients.compute.virtual_machines.begin_start("rg", "vm").result()


def _content(url: str) -> bytes:
    try:
        return read_blob(url)
    except ResourceNotFoundError:
        return b""
