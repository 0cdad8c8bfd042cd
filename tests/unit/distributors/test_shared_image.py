"""SharedImage: its rules, in the current form and in the deprecated one."""

from collections.abc import Callable

import pytest

from shared.domain.template import Distributor, SharedImageDistributor, TargetRegion, Versioning

DISTRIBUTOR = "SharedImage"
ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/images"
    "/providers/Microsoft.Compute/galleries/gallery/images/web"
)
CODE = "BadSharedImageDistribute"


def test_everything_has_a_default(read: Callable[..., Distributor]) -> None:
    made = read(galleryImageId=ID)
    assert made == SharedImageDistributor("out", ID, (TargetRegion("westeurope", 1, "Standard_LRS"),))


def test_everything_is_read(read: Callable[..., Distributor]) -> None:
    made = read(
        galleryImageId=ID,
        targetRegions=[
            {"name": "West Europe", "replicaCount": 1, "storageAccountType": "Standard_ZRS"},
            {"name": "northeurope"},
        ],
        versioning={"scheme": "Latest", "major": 2},
        excludeFromLatest=True,
        replicationMode="Shallow",
        artifactTags={"team": "web"},
    )
    assert made == SharedImageDistributor(
        "out",
        ID,
        (TargetRegion("westeurope", 1, "Standard_ZRS"), TargetRegion("northeurope")),
        Versioning("Latest", 2),
        exclude_from_latest=True,
        replication_mode="Shallow",
        artifact_tags={"team": "web"},
    )


def test_the_deprecated_form_means_the_same(read: Callable[..., Distributor]) -> None:
    made = read(
        galleryImageId=ID, replicationRegions=["North Europe", "eastus"], storageAccountType="Premium_LRS"
    )
    assert isinstance(made, SharedImageDistributor)
    assert made.target_regions == (
        TargetRegion("northeurope", 1, "Premium_LRS"),
        TargetRegion("eastus", 1, "Premium_LRS"),
    )


def test_the_scheme_source_has_no_major(
    read: Callable[..., Distributor], faults: Callable[..., list[tuple[str, str]]]
) -> None:
    made = read(galleryImageId=ID, versioning={"scheme": "Source"})
    assert isinstance(made, SharedImageDistributor)
    assert made.versioning == Versioning("Source")
    found = faults(galleryImageId=ID, versioning={"scheme": "Source", "major": 1})
    assert found == [("versioning.major", "ValidationFailed")]


@pytest.mark.parametrize(
    ("members", "paths"),
    [
        ({"galleryImageId": ""}, ["galleryImageId"]),
        ({"galleryImageId": ID + "/versions/1.0"}, ["galleryImageId"]),
        ({"galleryImageId": ID + "/versions/latest"}, ["galleryImageId"]),
        (
            {"galleryImageId": ID + "/versions/1.0.0", "versioning": {"scheme": "Source"}},
            ["versioning"],
        ),
        (
            {
                "galleryImageId": ID,
                "targetRegions": [{"name": "westeurope"}],
                "replicationRegions": ["westeurope"],
                "storageAccountType": "Standard_LRS",
            },
            ["replicationRegions", "storageAccountType"],
        ),
        (
            {"galleryImageId": ID, "targetRegions": [{"name": "westeurope"}, {"name": "West Europe"}]},
            ["targetRegions[1]"],
        ),
        ({"galleryImageId": ID, "replicationRegions": ["eastus", "EastUS"]}, ["replicationRegions[1]"]),
        ({"galleryImageId": ID, "targetRegions": [{}]}, ["targetRegions[0].name"]),
        ({"galleryImageId": ID, "targetRegions": {}}, ["targetRegions"]),
        ({"galleryImageId": ID, "targetRegions": ["westeurope"]}, ["targetRegions[0]"]),
        (
            {"galleryImageId": ID, "targetRegions": [{"name": "eastus", "replicaCount": 101}]},
            ["targetRegions[0].replicaCount"],
        ),
        (
            {"galleryImageId": ID, "targetRegions": [{"name": "eastus", "replicaCount": True}]},
            ["targetRegions[0].replicaCount"],
        ),
        (
            {"galleryImageId": ID, "targetRegions": [{"name": "e", "storageAccountType": "standard_lrs"}]},
            ["targetRegions[0].name", "targetRegions[0].storageAccountType"],
        ),
        ({"galleryImageId": ID, "versioning": {}}, ["versioning.scheme"]),
        ({"galleryImageId": ID, "versioning": {"scheme": "latest"}}, ["versioning.scheme"]),
        ({"galleryImageId": ID, "versioning": {"scheme": "Latest", "major": -2}}, ["versioning.major"]),
        ({"galleryImageId": ID, "excludeFromLatest": "true"}, ["excludeFromLatest"]),
        ({"galleryImageId": ID, "replicationMode": "shallow"}, ["replicationMode"]),
        (
            {
                "galleryImageId": ID,
                "replicationMode": "Shallow",
                "targetRegions": [{"name": "eastus", "replicaCount": 2}],
            },
            ["replicationMode"],
        ),
        ({"galleryImageId": ID, "artifactTags": {"a": 1}}, ["artifactTags.a"]),
        ({"galleryImageId": ID, "artifactTags": {"a<b": "c"}}, ["artifactTags['a<b']"]),
    ],
)
def test_faults_are_placed(
    faults: Callable[..., list[tuple[str, str]]], members: dict[str, object], paths: list[str]
) -> None:
    found = faults(**members)
    assert [path for path, _ in found] == paths
    assert all(code == CODE for path, code in found if not path.startswith("artifactTags"))


def test_the_replication_mode_needs_the_newest_api(
    faults: Callable[..., list[tuple[str, str]]],
) -> None:
    found = faults(galleryImageId=ID, replicationMode="Full", api_version="2024-02-01")
    assert found == [("replicationMode", CODE)]
