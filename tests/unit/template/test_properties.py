"""One fault at a time in each property: where it is found and which code it has."""

import pytest

from shared.domain.template import ManagedImageSource, SharedImageVersionSource
from tests.unit.template.samples import (
    GROUP,
    IDENTITY,
    IMAGE,
    NETWORK,
    SHA,
    SUBSCRIPTION,
    faults,
    minimal,
    parse,
    with_properties,
)

PLATFORM = {"type": "PlatformImage", "publisher": "p", "offer": "o", "sku": "s", "version": "1.2.3"}
MANAGED_IMAGE = f"{GROUP}/images/providers/Microsoft.Compute/images/web"
OTHER = "99999999-2222-3333-4444-555555555555"
SUBNET = f"{NETWORK}/subnets/a"
OTHER_NETWORK = f"{GROUP}/net/providers/Microsoft.Network/virtualNetworks/other/subnets/b"


@pytest.mark.parametrize(
    ("source", "place", "code"),
    [
        ({}, "source.type", "BadSourceType"),
        ([], "source", "BadSourceType"),
        ({"type": "platformimage"}, "source.type", "BadSourceType"),
        ({"type": "ISO", "sourceUri": "x"}, "source.type", "BadSourceType"),
        ({"type": "managedImage"}, "source.type", "BadSourceType"),
        ({"type": "ManagedImage"}, "source.imageId", "BadManagedImageSource"),
        ({"type": "ManagedImage", "imageId": "x"}, "source.imageId", "BadManagedImageSource"),
        (
            {"type": "ManagedImage", "imageId": MANAGED_IMAGE.replace(SUBSCRIPTION, OTHER)},
            "source.imageId",
            "BadManagedImageSource",
        ),
        (PLATFORM | {"publisher": ""}, "source.publisher", "BadPIRSource"),
        (PLATFORM | {"sku": 12}, "source.sku", "BadPIRSource"),
        (PLATFORM | {"version": "Latest"}, "source.version", "BadPIRSource"),
        (PLATFORM | {"version": "12.0"}, "source.version", "BadPIRSource"),
        (
            PLATFORM | {"planInfo": {"planName": "n", "planProduct": "p"}},
            "source.planInfo.planPublisher",
            "BadPIRSource",
        ),
        (PLATFORM | {"planInfo": "n"}, "source.planInfo", "BadPIRSource"),
        (PLATFORM | {"imageId": "x"}, "source.imageId", "ValidationFailed"),
        ({"type": "SharedImageVersion"}, "source.imageVersionId", "BadSharedImageVersionSource"),
        (
            {"type": "SharedImageVersion", "imageVersionId": IMAGE},
            "source.imageVersionId",
            "BadSharedImageVersionSource",
        ),
        (
            {"type": "SharedImageVersion", "imageVersionId": f"{IMAGE}/versions/newest"},
            "source.imageVersionId",
            "BadSharedImageVersionSource",
        ),
        (
            {"type": "SharedImageVersion", "imageVersionId": "/sharedGalleries/g/images/i/versions/newest"},
            "source.imageVersionId",
            "BadSharedImageVersionSource",
        ),
        (
            {"type": "SharedImageVersion", "imageVersionId": "/sharedGalleries/g/images/i"},
            "source.imageVersionId",
            "BadSharedImageVersionSource",
        ),
        (
            {"type": "SharedImageVersion", "imageVersionId": "/communityGalleries/g/images/i/versions/1.0.0"},
            "source.imageVersionId",
            "BadSharedImageVersionSource",
        ),
    ],
)
def test_source(source: object, place: str, code: str) -> None:
    found = faults(with_properties({"source": source}))
    assert [(path, found_code) for path, found_code, _ in found] == [(f"properties.{place}", code)]


@pytest.mark.parametrize("image", [IMAGE, "/sharedGalleries/1f2e-gallery/images/web"])
@pytest.mark.parametrize("version", ["1.0.0", "latest"])
def test_a_gallery_version_is_a_source(image: str, version: str) -> None:
    document = with_properties(
        {"source": {"type": "SharedImageVersion", "imageVersionId": f"{image}/versions/{version}"}}
    )
    assert parse(document).source == SharedImageVersionSource(f"{image}/versions/{version}")


def test_a_managed_image_is_a_source() -> None:
    document = with_properties({"source": {"type": "ManagedImage", "imageId": MANAGED_IMAGE}})
    assert parse(document).source == ManagedImageSource(MANAGED_IMAGE)


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"distribute": []}, "distribute"),
        ({"distribute": {}}, "distribute"),
        ({"distribute": [None]}, "distribute[0]"),
        ({"customize": "x"}, "customize"),
        ({"customize": [5]}, "customize[0]"),
        ({"buildTimeoutInMinutes": -1}, "buildTimeoutInMinutes"),
        ({"buildTimeoutInMinutes": 1.5}, "buildTimeoutInMinutes"),
        ({"buildTimeoutInMinutes": "60"}, "buildTimeoutInMinutes"),
        ({"buildTimeoutInMinutes": True}, "buildTimeoutInMinutes"),
        ({"buildTimeoutInMinutes": 10**5000}, "buildTimeoutInMinutes"),
        ({"vmProfile": []}, "vmProfile"),
        ({"vmProfile": {"vmSize": "Standard D1"}}, "vmProfile.vmSize"),
        ({"vmProfile": {"osDiskSizeGB": -1}}, "vmProfile.osDiskSizeGB"),
        ({"vmProfile": {"osDiskSizeGB": 4096}}, "vmProfile.osDiskSizeGB"),
        ({"vmProfile": {"userAssignedIdentities": ["x"]}}, "vmProfile.userAssignedIdentities[0]"),
        ({"vmProfile": {"userAssignedIdentities": [""]}}, "vmProfile.userAssignedIdentities[0]"),
        ({"vmProfile": {"vnetConfig": {"subnetId": NETWORK}}}, "vmProfile.vnetConfig.subnetId"),
        ({"stagingResourceGroup": "staging"}, "stagingResourceGroup"),
        ({"stagingResourceGroup": f"{GROUP}/templates"}, "stagingResourceGroup"),
        (
            {"stagingResourceGroup": f"/subscriptions/{SHA[:8]}-0000-0000-0000-{SHA[:12]}/resourceGroups/g"},
            "stagingResourceGroup",
        ),
        ({"managedResourceTags": {"a": None, "b": 2}}, "managedResourceTags.b"),
        ({"managedResourceTags": {"": "x"}}, "managedResourceTags['']"),
    ],
)
def test_properties(members: dict[str, object], place: str) -> None:
    found = faults(with_properties(members))
    assert [path for path, _, _ in found] == [f"properties.{place}"]
    expected = "BadStagingResourceGroup" if place == "stagingResourceGroup" else "ValidationFailed"
    assert found[0][1] == expected


@pytest.mark.parametrize(
    ("network", "faulty"),
    [
        ({"subnetId": SUBNET, "proxyVmSize": "Standard_A1_v2"}, None),
        ({"subnetId": SUBNET, "containerInstanceSubnetId": f"{NETWORK}/subnets/b"}, None),
        ({"containerInstanceSubnetId": SUBNET}, "containerInstanceSubnetId"),
        ({"subnetId": SUBNET, "containerInstanceSubnetId": SUBNET.upper()}, "containerInstanceSubnetId"),
        ({"subnetId": SUBNET, "containerInstanceSubnetId": OTHER_NETWORK}, "containerInstanceSubnetId"),
        ({"subnetId": SUBNET, "containerInstanceSubnetId": "x"}, "containerInstanceSubnetId"),
        (
            {
                "subnetId": SUBNET,
                "containerInstanceSubnetId": f"{NETWORK}/subnets/b",
                "proxyVmSize": "Standard_A1_v2",
            },
            "proxyVmSize",
        ),
    ],
)
def test_what_concerns_aibs_containers_keeps_aibs_rules(network: dict[str, str], faulty: str | None) -> None:
    document = with_properties({"vmProfile": {"vnetConfig": network}})
    if faulty is None:
        assert parse(document).vm_profile.subnet_id == SUBNET
    else:
        assert [path for path, _, _ in faults(document)] == [f"properties.vmProfile.vnetConfig.{faulty}"]


@pytest.mark.parametrize(
    ("identity", "place"),
    [
        ({"type": "SystemAssigned"}, "identity.type"),
        ({"type": "UserAssigned"}, "identity.userAssignedIdentities"),
        ({"type": "UserAssigned", "userAssignedIdentities": {}}, "identity.userAssignedIdentities"),
        (
            {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}, f"{IDENTITY}2": {}}},
            "identity.userAssignedIdentities",
        ),
        ({"type": "None", "userAssignedIdentities": {IDENTITY: {}}}, "identity.userAssignedIdentities"),
        (
            {"type": "UserAssigned", "userAssignedIdentities": {"builder": {}}},
            "identity.userAssignedIdentities.builder",
        ),
        (
            {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {"secret": "x"}}},
            f"identity.userAssignedIdentities['{IDENTITY}'].secret",
        ),
        ("None", "identity"),
    ],
)
def test_identity(identity: object, place: str) -> None:
    assert [path for path, _, _ in faults(minimal() | {"identity": identity})] == [place]


def test_an_identity_may_be_none() -> None:
    assert parse(minimal() | {"identity": {"type": "None"}}).identity_id is None
    details = {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {"clientId": "c"}}}
    assert parse(minimal() | {"identity": details}).identity_id == IDENTITY


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"location": "west-europe"}, "location"),
        ({"location": ""}, "location"),
        ({"location": 5}, "location"),
        ({"type": "Microsoft.Compute/images"}, "type"),
        ({"name": "other"}, "name"),
        ({"dependsOn": ["x"]}, "dependsOn"),
        ({"plan": {}}, "plan"),
        ({"tags": {"bad\ud800": "v", "ok": "\ud800"}}, "tags.ok"),
    ],
)
def test_around_the_properties(members: dict[str, object], place: str) -> None:
    assert [path for path, _, _ in faults(minimal() | members)] == [place]


def test_run_outputs_have_names_of_their_own() -> None:
    two = [{"type": "VHD", "runOutputName": "a"}, {"type": "VHD", "runOutputName": "A"}]
    [(path, _, message)] = faults(with_properties({"distribute": two}))
    assert path == "properties.distribute[1].runOutputName"
    assert message == '"A" is used by an earlier distributor'
