"""What galleries, image definitions, versions and managed images refuse, and how versions change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.cloud.conftest import Connect, StartCloud
from tests.conformance.cloud.harness import (
    METADATA_IMAGE,
    Clients,
    image_definition,
    machine_body,
    make_interface,
    make_network,
)
from tests.conformance.cloud.test_guards import refused

SHARED = "rg-shared-network"
WEST = {"location": "westeurope"}
FUTURE, PAST = "2099-01-01T00:00:00Z", "2020-01-01T00:00:00Z"


def next_interface(clients: Clients, group: str, name: str) -> str:
    subnet = str(clients.network.subnets.get(SHARED, "vnet", "build").id)
    return make_interface(clients, group, subnet, name)


def make_machine(clients: Clients, group: str, name: str = "vm", **properties: object) -> Any:
    """A deallocated machine."""
    body = machine_body(next_interface(clients, group, f"{name}-nic"), METADATA_IMAGE, **properties)
    made = clients.compute.virtual_machines.begin_create_or_update(group, name, body).result()
    clients.compute.virtual_machines.begin_deallocate(group, name).result()
    return made


def make_definition(clients: Clients, group: str, name: str = "d", **properties: object) -> None:
    compute = clients.compute
    compute.galleries.begin_create_or_update(group, "g", WEST).result()
    body = image_definition(name, **properties)
    compute.gallery_images.begin_create_or_update(group, "g", name, body).result()


def version_body(machine: str, location: str = "westeurope", **profile: object) -> dict[str, Any]:
    storage = {"source": {"virtualMachineId": machine}}
    return {"location": location, "properties": {"storageProfile": storage, "publishingProfile": profile}}


def put_version(clients: Clients, group: str, body: dict[str, Any], definition: str = "d") -> Any:
    versions = clients.compute.gallery_image_versions
    return versions.begin_create_or_update(group, "g", definition, "1.0.0", body).result()


@pytest.fixture(scope="module")
def source(clients: Clients) -> str:
    """A generalized machine, which any number of images are made of; its network serves all tests."""
    make_network(clients, SHARED)
    machine = make_machine(clients, SHARED)
    clients.compute.virtual_machines.generalize(SHARED, "vm")
    return str(machine.id)


@pytest.fixture
def generalized(clients: Clients, group: str, source: str) -> str:
    """The same, and a definition `d` in a gallery `g` of the test's own group."""
    clients.resources.resource_groups.create_or_update(group, WEST)
    make_definition(clients, group)
    return source


def regions(*names: str, **facts: object) -> list[dict[str, Any]]:
    return [{"name": name, **facts} for name in names]


def test_a_version_as_asked_for(clients: Clients, group: str, generalized: str) -> None:
    west = {"name": "West Europe", "regionalReplicaCount": 2, "storageAccountType": "Standard_ZRS"}
    north = {"name": "northeurope", "excludeFromLatest": True, "storageAccountType": "Premium_LRS"}
    body = version_body(
        generalized, targetRegions=[west, north], replicationMode="Shallow", endOfLifeDate=FUTURE
    )
    profile = put_version(clients, group, body).publishing_profile
    assert profile.replication_mode == "Shallow"
    found = [(r.name, r.regional_replica_count, r.storage_account_type) for r in profile.target_regions]
    assert found == [("West Europe", 2, "Standard_ZRS"), ("North Europe", 1, "Premium_LRS")]
    assert [region.exclude_from_latest for region in profile.target_regions] == [False, True]


def test_what_may_change_of_a_version(clients: Clients, group: str, generalized: str) -> None:
    put_version(clients, group, version_body(generalized, targetRegions=regions("westeurope", "northeurope")))
    update = clients.compute.gallery_image_versions.begin_update
    change = {
        "targetRegions": regions("westeurope", "uksouth", regionalReplicaCount=3),
        "excludeFromLatest": True,
        "endOfLifeDate": FUTURE,
    }
    patch = {"tags": {"a": "b"}, "properties": {"publishingProfile": change}}
    changed = update(group, "g", "d", "1.0.0", patch).result()
    profile = changed.publishing_profile
    assert [(r.name, r.regional_replica_count) for r in profile.target_regions] == [
        ("West Europe", 3),
        ("UK South", 3),
    ]
    assert profile.exclude_from_latest
    assert profile.end_of_life_date.year == 2099
    assert changed.tags == {"a": "b"}
    for fixed in (
        {"replicationMode": "Shallow"},
        {"storageAccountType": "Premium_LRS"},
        {"targetRegions": regions("westeurope", storageAccountType="Premium_LRS")},
    ):
        body = {"properties": {"publishingProfile": fixed}}
        refused("PropertyChangeNotAllowed", lambda body=body: update(group, "g", "d", "1.0.0", body))
    other = make_machine(clients, group, "other").id
    refused("PropertyChangeNotAllowed", lambda: put_version(clients, group, version_body(other)))


def test_replication_advances_in_new_regions_only(start_cloud: StartCloud, connect: Connect) -> None:
    cloud = start_cloud("--guest", "none", "--operation-ticks", "2")
    clients = connect(cloud)
    path = "/resourceGroups/rg/providers/Microsoft.Compute"
    definition = image_definition()
    disk = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1, "osType": "Linux"}
    clients.resources.resource_groups.create_or_update("rg", WEST)

    def tick() -> None:
        with cloud.http() as http:
            http.post("/_local/ticks")

    def put(below: str, body: object, *, wait: bool = True) -> None:
        assert clients.arm("PUT", f"{path}/{below}", body, "2026-03-03").status_code < 300
        while wait and _state(clients, f"{path}/{below}") not in ("Succeeded", "Failed"):
            tick()

    put("disks/d", {**WEST, "properties": disk})
    put("galleries/g", WEST)
    put("galleries/g/images/i", definition)
    source = {"id": f"/subscriptions/{cloud.subscription}{path}/disks/d"}
    storage = {"osDiskImage": {"source": source}}
    version = "galleries/g/images/i/versions/1.0.0"
    put(version, {**WEST, "properties": {"storageProfile": storage}})
    profile = {"targetRegions": regions("westeurope", "northeurope")}
    put(
        version, {**WEST, "properties": {"storageProfile": storage, "publishingProfile": profile}}, wait=False
    )
    assert _replication(clients, f"{path}/{version}") == [("Completed", 100), ("Replicating", 0)]
    tick()
    assert _replication(clients, f"{path}/{version}") == [("Completed", 100), ("Replicating", 50)]
    while _state(clients, f"{path}/{version}") == "Updating":
        tick()
    assert _replication(clients, f"{path}/{version}") == [("Completed", 100), ("Completed", 100)]


def _state(clients: Clients, path: str) -> str:
    return str(clients.arm("GET", path).json()["properties"]["provisioningState"])


def _replication(clients: Clients, path: str) -> list[tuple[str, int]]:
    document = clients.arm("GET", f"{path}?$expand=ReplicationStatus").json()
    return [(row["state"], row["progress"]) for row in document["properties"]["replicationStatus"]["summary"]]


def test_what_protects_a_version(clients: Clients, group: str, generalized: str) -> None:
    body = version_body(generalized, targetRegions=regions("westeurope", "uksouth"), endOfLifeDate=FUTURE)
    safety = {"blockDeletionBeforeEndOfLife": True, "allowDeletionOfReplicatedLocations": False}
    body["properties"]["safetyProfile"] = safety
    put_version(clients, group, body)
    versions = clients.compute.gallery_image_versions
    refused("OperationNotAllowed", lambda: versions.begin_delete(group, "g", "d", "1.0.0"))
    fewer = {"properties": {"publishingProfile": {"targetRegions": regions("westeurope")}}}
    refused("OperationNotAllowed", lambda: versions.begin_update(group, "g", "d", "1.0.0", fewer))
    over = {"properties": {"publishingProfile": {"endOfLifeDate": PAST}}}
    versions.begin_update(group, "g", "d", "1.0.0", over).result()
    versions.begin_delete(group, "g", "d", "1.0.0").result()


@pytest.mark.parametrize(
    "profile",
    [
        {"targetRegions": regions("uksouth")},
        {"targetRegions": regions("westeurope", "West Europe")},
        {"targetRegions": regions("westeurope", "uksouth", regionalReplicaCount=60)},
        {"endOfLifeDate": "tomorrow"},
        {"targetRegions": regions("westeurope", storageAccountType="Premium_ZRS")},
    ],
)
def test_profiles_that_are_refused(
    clients: Clients, group: str, generalized: str, profile: dict[str, Any]
) -> None:
    answer = clients.arm(
        "PUT",
        f"/resourceGroups/{group}/providers/Microsoft.Compute/galleries/g/images/d/versions/1.0.0",
        version_body(generalized, **profile),
        "2026-03-03",
    )
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("definition", "code", "words"),
    [
        ({"osState": "Specialized"}, "OperationNotAllowed", "OS state ['Generalized']"),
        ({"osType": "Windows"}, "OperationNotAllowed", "OS type ['Linux']"),
        ({"hyperVGeneration": "V1"}, "OperationNotAllowed", "Hypervisor generation ['V2']"),
        ({"architecture": "Arm64"}, "OperationNotAllowed", "architecture ['x64']"),
        (
            {"features": [{"name": "SecurityType", "value": "TrustedLaunch"}]},
            "OperationNotAllowed",
            "security type ['Standard']",
        ),
        (
            {"features": [{"name": "SecurityType", "value": "TrustedLaunchSupported"}]},
            "InvalidParameter",
            "Currently only Vhd Blob, User Image and Gallery Image Version",
        ),
    ],
)
def test_sources_that_do_not_fit_their_definition(
    clients: Clients, group: str, generalized: str, definition: dict[str, Any], code: str, words: str
) -> None:
    make_definition(clients, group, "other", **definition)
    error = refused(code, lambda: put_version(clients, group, version_body(generalized), "other"))
    assert words in error.message


def test_a_trusted_launch_machine(clients: Clients, group: str, source: str) -> None:
    assert source
    clients.resources.resource_groups.create_or_update(group, WEST)
    security = {"securityType": "TrustedLaunch", "uefiSettings": {"vTpmEnabled": True}}
    machine = make_machine(clients, group, securityProfile=security)
    clients.compute.virtual_machines.generalize(group, "vm")
    feature = [{"name": "SecurityType", "value": "TrustedLaunch"}]
    make_definition(clients, group, features=feature)
    make_definition(clients, group, "plain")
    error = refused(
        "OperationNotAllowed", lambda: put_version(clients, group, version_body(machine.id), "plain")
    )
    assert "security type ['TrustedLaunch']" in error.message
    image = {**WEST, "properties": {"sourceVirtualMachine": {"id": machine.id}}}
    put_image = clients.compute.images.begin_create_or_update
    error = refused("OperationNotAllowed", lambda: put_image(group, "i", image))
    assert "TrustedLaunch security type" in error.message
    version = put_version(clients, group, version_body(machine.id))
    body = machine_body(next_interface(clients, group, "nic2"), {"id": version.id})
    create = clients.compute.virtual_machines.begin_create_or_update
    error = refused("BadRequest", lambda: create(group, "vm2", body))
    assert "only supports creation of VMs and VM Scale Sets with 'TrustedLaunch'" in error.message
    body["properties"]["securityProfile"] = security
    assert create(group, "vm2", body).result().provisioning_state == "Succeeded"


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("bad name", {}),
        ("-d", {}),
        ("d", {"architecture": "Arm64", "hyperVGeneration": "V1"}),
        ("d", {"hyperVGeneration": "V1", "features": [{"name": "SecurityType", "value": "TrustedLaunch"}]}),
        ("d", {"features": [{"name": "SecurityType", "value": "Magic"}]}),
        ("d", {"features": [{"name": "Magic", "value": "True"}]}),
        ("d", {"features": [{"name": "IsHibernateSupported", "value": "True"}] * 2}),
    ],
)
def test_definitions_that_are_refused(
    clients: Clients, group: str, name: str, properties: dict[str, Any]
) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    clients.compute.galleries.begin_create_or_update(group, "g", WEST).result()
    put = clients.compute.gallery_images.begin_create_or_update
    refused("InvalidParameter", lambda: put(group, "g", name, image_definition(**properties)))


def test_features_change_only_where_allowed(clients: Clients, group: str) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    feature = {"features": [{"name": "IsAcceleratedNetworkSupported", "value": "True"}]}
    put = clients.compute.gallery_images.begin_create_or_update
    make_definition(clients, group)
    make_definition(clients, group, "open", allowUpdateImage=True)
    refused("PropertyChangeNotAllowed", lambda: put(group, "g", "d", image_definition("d", **feature)))
    changed = put(group, "g", "open", image_definition("open", allowUpdateImage=True, **feature)).result()
    assert changed.features[0].name == "IsAcceleratedNetworkSupported"


def test_managed_images(clients: Clients, group: str, generalized: str) -> None:
    images = clients.compute.images

    def put(name: str, location: str = "westeurope", **properties: object) -> Callable[[], Any]:
        body = {"location": location, "properties": properties}
        return lambda: images.begin_create_or_update(group, name, body)

    source = {"id": generalized}
    refused("InvalidParameter", put("far", "uksouth", sourceVirtualMachine=source))
    refused("InvalidParameter", put("gen1", sourceVirtualMachine=source, hyperVGeneration="V1"))
    running = make_machine(clients, group, "running").id
    refused("OperationNotAllowed", put("running", sourceVirtualMachine={"id": running}))
    os_disk = {"osType": "Linux", "osState": "Generalized"}
    blob = {"osDisk": {**os_disk, "blobUri": "http://127.0.0.1:1/a/b/c.vhd"}}
    refused("InvalidParameter", put("no-generation", storageProfile=blob))
    specialized = {"osDisk": {**blob["osDisk"], "osState": "Specialized"}}
    refused("InvalidParameter", put("special", storageProfile=specialized, hyperVGeneration="V2"))
    made = put("image", sourceVirtualMachine=source, storageProfile={"zoneResilient": True})().result()
    assert (made.hyper_v_generation, made.storage_profile.zone_resilient) == ("V2", True)
    refused("PropertyChangeNotAllowed", put("image", sourceVirtualMachine={"id": running}))
    images.begin_delete(group, "image").result()
    assert [image.name for image in images.list_by_resource_group(group)] == []


def test_a_gallery_that_is_shared_directly(clients: Clients, group: str, generalized: str) -> None:
    compute, subscription = clients.compute, clients.cloud.subscription
    private = compute.galleries.get(group, "g").identifier.unique_name
    refused("GalleryNotFound", lambda: compute.shared_galleries.get("westeurope", private))
    groups = {**WEST, "properties": {"sharingProfile": {"permissions": "Groups"}}}
    refused("PropertyChangeNotAllowed", lambda: compute.galleries.begin_create_or_update(group, "g", groups))
    shared = compute.galleries.begin_create_or_update(group, "shared", groups).result()
    unique = shared.identifier.unique_name
    refused("GalleryNotFound", lambda: compute.shared_galleries.get("westeurope", unique))
    add = {"operationType": "Add", "groups": [{"type": "Subscriptions", "ids": [subscription]}]}
    compute.gallery_sharing_profile.begin_update(group, "shared", add).result()
    compute.gallery_images.begin_create_or_update(group, "shared", "d", image_definition()).result()
    versions = compute.gallery_image_versions
    versions.begin_create_or_update(group, "shared", "d", "1.0.0", version_body(generalized)).result()

    assert unique in [found.name for found in compute.shared_galleries.list("westeurope")]
    image = compute.shared_gallery_images.get("westeurope", unique, "d").properties
    assert (image.os_type, image.os_state, image.hyper_v_generation) == ("Linux", "Generalized", "V2")
    listed = compute.shared_gallery_image_versions.list("westeurope", unique, "d")
    assert [version.name for version in listed] == ["1.0.0"]
    assert list(compute.shared_gallery_image_versions.list("uksouth", unique, "d")) == []
    found = compute.shared_gallery_image_versions.get("westeurope", unique, "d", "1.0.0")
    assert found.properties.storage_profile.os_disk_image.disk_size_gb == 30
    for number, version in enumerate(("latest", "1.0.0")):
        reference = {"sharedGalleryImageId": f"/sharedGalleries/{unique}/images/d/versions/{version}"}
        body = machine_body(next_interface(clients, group, f"nic{number}"), reference)
        made = compute.virtual_machines.begin_create_or_update(group, f"vm{number}", body).result()
        assert made.storage_profile.image_reference.exact_version == "1.0.0"
    reset = {"operationType": "Reset"}
    compute.gallery_sharing_profile.begin_update(group, "shared", reset).result()
    refused("GalleryNotFound", lambda: compute.shared_galleries.get("westeurope", unique))
