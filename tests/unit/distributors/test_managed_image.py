"""ManagedImage: its members, and Azure's limits of it."""

from collections.abc import Callable

import pytest

from shared.domain.template import Distributor, ManagedImageDistributor, OsState

DISTRIBUTOR = "ManagedImage"
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ID = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.Compute/images/web"


def test_all_members_are_read(read: Callable[..., Distributor]) -> None:
    made = read(imageId=ID, location="West Europe", artifactTags={"a": "b"})
    assert made == ManagedImageDistributor("out", ID, "westeurope", {"a": "b"})


@pytest.mark.parametrize(
    ("members", "paths"),
    [
        ({}, ["imageId", "location"]),
        ({"imageId": ID, "location": ""}, ["location"]),
        ({"imageId": "web", "location": "westeurope"}, ["imageId"]),
        ({"imageId": ID.replace("1111", "9999"), "location": "westeurope"}, ["imageId"]),
        ({"imageId": ID, "location": "westeurope", "os_state": OsState.SPECIALIZED}, [""]),
        ({"imageId": ID, "location": "westeurope", "architecture": "Arm64"}, [""]),
        ({"imageId": ID, "location": "westeurope", "storageAccountType": "x"}, ["storageAccountType"]),
    ],
)
def test_faults_are_placed(
    faults: Callable[..., list[tuple[str, str]]], members: dict[str, object], paths: list[str]
) -> None:
    assert faults(**members) == [(path, "ValidationFailed") for path in paths]
