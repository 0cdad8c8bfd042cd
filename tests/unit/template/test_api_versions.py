"""Older api-versions: lenient about names as AIB was, but never silent about what they do not have."""

import pytest

from shared.template.api_versions import API_VERSIONS
from tests.unit.template.samples import IMAGE, faults, minimal, parse, places, with_properties

VHD = {"type": "VHD", "runOutputName": "v"}
BLOB = "https://account.blob.core.windows.net/vhds/a.vhd"
SHARED = {"type": "SharedImage", "runOutputName": "o", "galleryImageId": IMAGE}
SOURCE = {"scheme": "Source"}
LATEST = {"type": "SharedImageVersion", "imageVersionId": f"{IMAGE}/versions/latest"}

STRICT = [version for version in API_VERSIONS if version >= "2024-02-01"]
LENIENT = [version for version in API_VERSIONS if version < "2024-02-01"]


@pytest.mark.parametrize("version", API_VERSIONS)
def test_the_least_template_is_one_in_every_version(version: str) -> None:
    assert parse(minimal(), version) == parse(minimal())


@pytest.mark.parametrize("version", ["", "2025-10-02", "2099-01-01", "latest"])
def test_other_versions_are_refused(version: str) -> None:
    assert places(minimal(), version) == ["api-version"]


@pytest.mark.parametrize("version", STRICT)
def test_names_are_strict_since_2024(version: str) -> None:
    document = with_properties({"buildTimeoutInminutes": 60, "surprise": 1})
    assert places(document, version) == ["properties.buildTimeoutInminutes", "properties.surprise"]


@pytest.mark.parametrize("version", LENIENT)
def test_names_were_lenient_before(version: str) -> None:
    template = parse(with_properties({"buildTimeoutInminutes": 60, "surprise": 1}), version)
    assert template.build_timeout_minutes == 60


@pytest.mark.parametrize(
    ("since", "members", "place"),
    [
        ("2025-10-01", {"additionalDataDisks": []}, "additionalDataDisks"),
        ("2025-10-01", {"optimize": {"workload": {}}}, "optimize.workload"),
        ("2024-02-01", {"autoRun": {}}, "autoRun"),
        ("2024-02-01", {"managedResourceTags": {"a": "b"}}, "managedResourceTags"),
        ("2023-07-01", {"errorHandling": {}}, "errorHandling"),
        ("2022-07-01", {"optimize": {}}, "optimize"),
        ("2022-07-01", {"distribute": [VHD | {"uri": BLOB}]}, "distribute[0].uri"),
        ("2022-07-01", {"distribute": [SHARED | {"targetRegions": []}]}, "distribute[0].targetRegions"),
        ("2022-07-01", {"distribute": [SHARED | {"versioning": SOURCE}]}, "distribute[0].versioning"),
        ("2022-07-01", {"source": LATEST}, "source.imageVersionId"),
        ("2022-02-14", {"validate": {}}, "validate"),
        ("2021-10-01", {"vmProfile": {"userAssignedIdentities": []}}, "vmProfile.userAssignedIdentities"),
    ],
)
def test_a_property_needs_the_version_that_brought_it(
    since: str, members: dict[str, object], place: str
) -> None:
    for version in API_VERSIONS:
        document = with_properties(members)
        if version >= since:
            parse(document, version)
        else:
            found = {path: message for path, _, message in faults(document, version)}
            assert found[f"properties.{place}"].endswith(f"needs api-version {since} or later")


def test_the_deprecated_regions_are_read_in_every_version() -> None:
    old = SHARED | {"replicationRegions": ["westeurope"]}
    for version in API_VERSIONS:
        parse(with_properties({"distribute": [old]}), version)
