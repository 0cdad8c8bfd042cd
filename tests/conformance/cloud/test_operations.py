"""Long-running operations on the wire: status codes and headers, repetition, conflict, faults."""

from __future__ import annotations

import httpx

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import METADATA_IMAGE, Clients, machine_body, make_network, script_body

DISK = {"location": "westeurope", "properties": {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4}}
# Accepted by the SDK's operations: (method, status codes) by the end of the path, from azure-mgmt-compute 39.
BEGINNINGS = [
    ("PUT", "/virtualMachines/vm", 201, {"Azure-AsyncOperation"}),
    ("PUT", "/virtualMachines/vm/runCommands/step", 201, {"Azure-AsyncOperation"}),
    ("POST", "/virtualMachines/vm/deallocate", 202, {"Azure-AsyncOperation", "Location"}),
    ("POST", "/virtualMachines/vm/generalize", 200, set()),
    ("PUT", "/images/image", 201, {"Azure-AsyncOperation"}),
    ("DELETE", "/images/image", 202, {"Location"}),
    ("PUT", "/disks/disk", 202, {"Azure-AsyncOperation", "Location"}),
    ("PUT", "/galleries/gallery", 201, {"Azure-AsyncOperation"}),
    ("DELETE", "/galleries/gallery", 202, {"Location"}),
    ("DELETE", "/galleries/never", 204, set()),
    ("DELETE", "/virtualMachines/vm", 202, {"Location"}),
]


def _finish(clients: Clients, answer: httpx.Response) -> None:
    """Follows an operation to its end."""
    url = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
    while url:
        with clients.cloud.http() as http:
            polled = http.get(url, headers={"Authorization": f"Bearer {clients.token}"})
        body = polled.json() if polled.content else {}
        if polled.status_code != 202 and body.get("status", "Succeeded") != "InProgress":
            assert body.get("status", "Succeeded") == "Succeeded", body
            return


def test_beginnings(clients: Clients, group: str) -> None:
    interface = make_network(clients, group)
    scope = f"/resourceGroups/{group}/providers/Microsoft.Compute"
    machine_id = f"/subscriptions/{clients.cloud.subscription}{scope}/virtualMachines/vm"
    bodies = {
        "/virtualMachines/vm": machine_body(interface, METADATA_IMAGE),
        "/virtualMachines/vm/runCommands/step": script_body("true"),
        "/images/image": {
            "location": "westeurope",
            "properties": {"sourceVirtualMachine": {"id": machine_id}},
        },
        "/disks/disk": DISK,
        "/galleries/gallery": {"location": "westeurope"},
    }
    for method, path, status, headers in BEGINNINGS:
        body = bodies[path] if method == "PUT" else None
        answer = clients.arm(method, f"{scope}{path}", body, api_version="2026-04-01")
        assert answer.status_code == status, (method, path, answer.text)
        assert {name for name in ("Azure-AsyncOperation", "Location") if name in answer.headers} == headers
        assert "Retry-After" not in answer.headers
        assert ("x-ms-retry-after-ms" in answer.headers) == bool(headers)
        _finish(clients, answer)


def test_the_location_of_a_put_answers_the_resource(clients: Clients, group: str) -> None:
    clients.resources.resource_groups.create_or_update(group, {"location": "westeurope"})
    path = f"/resourceGroups/{group}/providers/Microsoft.Compute/disks/d"
    begun = clients.arm("PUT", path, DISK, api_version="2026-03-02")
    _finish(clients, begun)
    with clients.cloud.http() as http:
        headers = {"Authorization": f"Bearer {clients.token}"}
        outcome = http.get(begun.headers["Location"], headers=headers)
    assert outcome.json()["name"] == "d"
    assert outcome.json()["properties"]["provisioningState"] == "Succeeded"


def test_a_repeated_put_joins_and_another_one_conflicts(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none", "--operation-ticks", "1")
    clients = connect(cloud)
    clients.resources.resource_groups.create_or_update("rg", {"location": "westeurope"})
    path = "/resourceGroups/rg/providers/Microsoft.Compute/disks/d"
    first = clients.arm("PUT", path, DISK, api_version="2026-03-02")
    second = clients.arm("PUT", path, DISK, api_version="2026-03-02")
    assert second.headers["Azure-AsyncOperation"] == first.headers["Azure-AsyncOperation"]
    other = {**DISK, "tags": {"a": "b"}}
    assert clients.arm("PUT", path, other, api_version="2026-03-02").status_code == 409
    deleted = clients.arm("DELETE", path, api_version="2026-03-02")
    assert clients.arm("DELETE", path).headers["Location"] == deleted.headers["Location"]
    with cloud.http() as http:
        assert http.post("/_local/ticks").status_code == 204
    _finish(clients, deleted)
    assert clients.arm("GET", path).status_code == 404


def test_a_slow_gallery_version_shows_its_progress(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none", "--operation-ticks", "4")
    clients = connect(cloud)
    disk = _tick_until_done(clients, _begin_disk(clients))
    versions = _begin_version(clients, disk)
    seen = []
    for _ in range(4):
        seen.append(_progress(clients, versions))
        with cloud.http() as http:
            http.post("/_local/ticks")
    assert seen == [0, 25, 50, 75]
    _tick_until_done(clients, versions)
    assert _progress(clients, versions) == 100


def _begin_disk(clients: Clients) -> str:
    clients.resources.resource_groups.create_or_update("rg", {"location": "westeurope"})
    path = "/resourceGroups/rg/providers/Microsoft.Compute/disks/d"
    body = {**DISK, "properties": {**DISK["properties"], "osType": "Linux"}}  # type: ignore[dict-item]
    assert clients.arm("PUT", path, body, api_version="2026-03-02").status_code == 202
    return path


def _tick_until_done(clients: Clients, path: str) -> str:
    while clients.arm("GET", path).json()["properties"]["provisioningState"] != "Succeeded":
        with clients.cloud.http() as http:
            http.post("/_local/ticks")
    return path


def _version_body(disk: str) -> dict[str, object]:
    source = {"id": f"/subscriptions/5ca1ab1e-0000-4000-8000-000000000001{disk}"}
    return {"location": "westeurope", "properties": {"storageProfile": {"osDiskImage": {"source": source}}}}


def _begin_version(clients: Clients, disk: str) -> str:
    gallery = "/resourceGroups/rg/providers/Microsoft.Compute/galleries/g"
    facts = {"osType": "Linux", "osState": "Generalized"}
    identifier = {"publisher": "p", "offer": "o", "sku": "s"}
    definition = {"location": "westeurope", "properties": {**facts, "identifier": identifier}}
    clients.arm("PUT", gallery, {"location": "westeurope"})
    _tick_until_done(clients, gallery)
    clients.arm("PUT", f"{gallery}/images/i", definition)
    _tick_until_done(clients, f"{gallery}/images/i")
    path = f"{gallery}/images/i/versions/1.0.0"
    assert clients.arm("PUT", path, _version_body(disk), api_version="2026-03-03").status_code == 201
    return path


def _progress(clients: Clients, path: str) -> int:
    answer = clients.arm("GET", f"{path}?$expand=ReplicationStatus").json()
    return int(answer["properties"]["replicationStatus"]["summary"][0]["progress"])


def test_retry_after_as_azure_sends_it(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none", "--retry-after", "7")
    clients = connect(cloud)
    clients.resources.resource_groups.create_or_update("rg", {"location": "westeurope"})
    begun = clients.arm("PUT", "/resourceGroups/rg/providers/Microsoft.Compute/disks/d", DISK)
    assert begun.headers["Retry-After"] == "7"
