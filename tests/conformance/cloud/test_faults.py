"""Each kind of fault that `/_local/faults` can switch on, as the real clients meet it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError, ServiceResponseError

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import METADATA_IMAGE, Clients, LocalCloud, machine_body, make_network

DISK = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}}
DISKS = "PUT .*/{group}/.*/disks/"


@pytest.fixture
def no_retries(cloud: LocalCloud, connect: Connect, group: str) -> Iterator[Clients]:
    """Clients that show what one request meets; faults end with the test."""
    clients = connect(cloud, retry_total=0)
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    yield clients
    cloud.clear_faults()


def put_disk(clients: Clients, group: str, name: str = "d") -> str:
    """The disk's state after its operation; the code of the error where there was one."""
    try:
        made = clients.compute.disks.begin_create_or_update(group, name, DISK).result()
    except HttpResponseError as error:
        return f"{error.status_code} {error.error.code if error.error else ''}"
    return str(made.provisioning_state)


@pytest.mark.parametrize("status", [400, 404, 409, 429, 500])
def test_refusals_have_no_effect(no_retries: Clients, group: str, status: int) -> None:
    headers = {"Retry-After": "1"} if status == 429 else {}
    no_retries.cloud.add_fault(match=DISKS.format(group=group), status=status, code="Made", headers=headers)
    with pytest.raises(HttpResponseError) as raised:
        no_retries.compute.disks.begin_create_or_update(group, "d", DISK)
    assert raised.value.status_code == status
    assert raised.value.response
    assert raised.value.response.headers.get("Retry-After") == headers.get("Retry-After")
    assert list(no_retries.compute.disks.list_by_resource_group(group)) == []
    assert put_disk(no_retries, group) == "Succeeded"


def test_the_sdk_retries_throttling(cloud: LocalCloud, connect: Connect, group: str) -> None:
    clients = connect(cloud, retry_total=3, retry_backoff_factor=0.01)
    fault = cloud.add_fault(match=f"PUT .*/resourcegroups/{group}", times=2, status=429)
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    assert cloud.find_fault(fault)["struck"] == 2


@pytest.mark.parametrize(("drop", "left"), [("before", []), ("after", ["d"])])
def test_a_reset_connection(no_retries: Clients, group: str, drop: str, left: list[str]) -> None:
    no_retries.cloud.add_fault(match=DISKS.format(group=group), drop=drop)
    with pytest.raises(ServiceResponseError):
        no_retries.compute.disks.begin_create_or_update(group, "d", DISK)
    assert [disk.name for disk in no_retries.compute.disks.list_by_resource_group(group)] == left


def test_the_nth_occurrence(no_retries: Clients, group: str) -> None:
    cloud, match = no_retries.cloud, DISKS.format(group=group)
    third = cloud.add_fault(match=match, skip=2, status=400, code="Third")
    second = cloud.add_fault(match=match, skip=1, operation="fail", code="Second")
    outcomes = [put_disk(no_retries, group, f"d{number}") for number in range(4)]
    assert outcomes == ["Succeeded", "200 Second", "400 Third", "Succeeded"]
    assert [cloud.find_fault(fault)["seen"] for fault in (third, second)] == [4, 4]


def test_an_operation_that_fails_without_and_with_its_effect(no_retries: Clients, group: str) -> None:
    cloud, compute = no_retries.cloud, no_retries.compute
    body = machine_body(make_network(no_retries, group), METADATA_IMAGE)
    for operation, disks in (("fail", 0), ("failAfter", 1)):
        cloud.add_fault(match=f"PUT .*/{group}/.*/virtualMachines/vm", operation=operation, code="NoLuck")
        with pytest.raises(HttpResponseError) as raised:
            compute.virtual_machines.begin_create_or_update(group, "vm", body).result()
        assert raised.value.error
        assert raised.value.error.code == "NoLuck"
        assert compute.virtual_machines.get(group, "vm").provisioning_state == "Failed"
        assert len(list(compute.disks.list_by_resource_group(group))) == disks
    compute.virtual_machines.begin_delete(group, "vm").result()
    assert list(compute.disks.list_by_resource_group(group)) == []


def test_a_hanging_operation_goes_on_when_released(no_retries: Clients, group: str) -> None:
    cloud, disks = no_retries.cloud, no_retries.compute.disks
    fault = cloud.add_fault(match=DISKS.format(group=group), operation="hang", times=2)
    released = disks.begin_create_or_update(group, "d", DISK)
    assert disks.get(group, "d").provisioning_state == "Updating"
    cloud.remove_fault(fault)
    assert released.result().provisioning_state == "Succeeded"


def test_a_response_lost_and_the_operation_hanging(no_retries: Clients, group: str) -> None:
    cloud, disks = no_retries.cloud, no_retries.compute.disks
    cloud.add_fault(match=DISKS.format(group=group), drop="after", operation="hang")
    with pytest.raises(ServiceResponseError):
        disks.begin_create_or_update(group, "d", DISK)
    joined = disks.begin_create_or_update(group, "d", DISK)
    assert disks.get(group, "d").provisioning_state == "Updating"
    cloud.clear_faults()
    assert joined.result().provisioning_state == "Succeeded"


@pytest.mark.parametrize("whole_group", [False, True])
def test_a_deletion_preempts_what_hangs(no_retries: Clients, group: str, whole_group: bool) -> None:
    disks = no_retries.compute.disks
    no_retries.cloud.add_fault(match=DISKS.format(group=group), operation="hang")
    hanging = disks.begin_create_or_update(group, "d", DISK)
    if whole_group:
        no_retries.resources.resource_groups.begin_delete(group).result()
    else:
        disks.begin_delete(group, "d").result()
        assert list(disks.list_by_resource_group(group)) == []
    with pytest.raises(HttpResponseError) as raised:
        hanging.result()
    assert raised.value.error
    assert raised.value.error.code == "OperationPreempted"


def test_a_hang_outlives_the_cloud(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none")
    clients = connect(cloud)
    clients.resources.resource_groups.create_or_update("rg", {"location": "westeurope"})
    fault = cloud.add_fault(match="PUT .*/disks/", operation="hang")
    hanging = clients.compute.disks.begin_create_or_update("rg", "d", DISK, polling_interval=0.05)
    cloud.kill()
    cloud.start()
    assert clients.compute.disks.get("rg", "d").provisioning_state == "Updating"
    cloud.remove_fault(fault)
    assert hanging.result().provisioning_state == "Succeeded"


@pytest.mark.parametrize(
    "fault",
    [
        {"match": "x"},
        {"match": "(", "status": 400},
        {"match": "x", "status": 400, "drop": "before"},
        {"match": "x", "status": 200},
        {"match": "x", "operation": "explode"},
        {"status": 400},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(cloud: LocalCloud, fault: dict[str, object]) -> None:
    with cloud.http() as http:
        answer = http.post("/_local/faults", json=fault)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
