"""What Kiln adds to a template: read under its own api-version alone, and never by AIB's API."""

import pytest

from shared.domain.template import (
    DiskImageSource,
    OsState,
    SharedImageDistributor,
    SharedImageVersionSource,
)
from shared.reading.report import KILN_API_VERSION
from shared.template.api_versions import LATEST_API_VERSION
from shared.template.serialize import template_to_json
from tests.unit.template.samples import GROUP, IMAGE, faults, minimal, parse, with_properties

DISK = f"{GROUP}/x/providers/Microsoft.Compute/disks/golden"
SNAPSHOT = f"{GROUP}/x/providers/Microsoft.Compute/snapshots/golden"
VHD = {
    "type": "Vhd",
    "uri": "https://account.blob.core.windows.net/vhds/a.vhd",
    "osType": "Linux",
    "generation": "V2",
    "architecture": "Arm64",
}
SHARED = {"type": "SharedImage", "runOutputName": "o", "galleryImageId": IMAGE}
VERSION = {"type": "SharedImageVersion", "imageVersionId": f"{IMAGE}/versions/latest"}

OWN: list[tuple[dict[str, object], str]] = [
    ({"source": VHD}, "source.type"),
    ({"source": {"type": "ManagedDisk", "diskId": DISK}}, "source.type"),
    ({"source": {"type": "Snapshot", "snapshotId": SNAPSHOT}}, "source.type"),
    ({"source": {**VERSION, "osState": "Specialized"}}, "source.osState"),
    ({"osState": "Specialized"}, "osState"),
    ({"customize": [{"type": "LinuxRestart"}]}, "customize[0].type"),
    ({"customize": [{"type": "Shell", "inline": ["x"], "arguments": ["a"]}]}, "customize[0].arguments"),
    ({"customize": [{"type": "PowerShell", "inline": ["x"], "secrets": {}}]}, "customize[0].secrets"),
    (
        {"customize": [{"type": "File", "sourceUri": "https://h/x", "destination": "/x", "extract": True}]},
        "customize[0].extract",
    ),
    ({"distribute": [{**SHARED, "endOfLifeDate": "2030-01-01"}]}, "distribute[0].endOfLifeDate"),
]


@pytest.mark.parametrize(("members", "place"), OWN)
def test_they_are_read_under_kilns_api_version_alone(members: dict[str, object], place: str) -> None:
    parse(with_properties(members), KILN_API_VERSION)
    [(path, _, message)] = faults(with_properties(members))
    assert path == f"properties.{place}"
    assert message.endswith(f"where apiVersion is {KILN_API_VERSION}")


def test_the_document_says_so_to_kilns_own_api() -> None:
    document = with_properties({"osState": "Specialized"}) | {"apiVersion": KILN_API_VERSION}
    assert parse(document, KILN_API_VERSION).os_state is OsState.SPECIALIZED
    assert template_to_json(parse(document, KILN_API_VERSION))["apiVersion"] == KILN_API_VERSION
    assert parse(document) == parse(document, KILN_API_VERSION)
    found = faults(document, LATEST_API_VERSION)
    assert [path for path, _, _ in found] == ["properties.osState", "apiVersion"]
    assert "apiVersion" not in template_to_json(parse(minimal(), KILN_API_VERSION))


def test_a_vhd_tells_what_it_is() -> None:
    source = parse(with_properties({"source": VHD}), KILN_API_VERSION).source
    assert source == DiskImageSource("Vhd", str(VHD["uri"]), OsState.GENERALIZED, "Linux", "V2", "Arm64")
    found = faults(with_properties({"source": {"type": "Vhd", "uri": VHD["uri"]}}), KILN_API_VERSION)
    assert [path for path, _, _ in found] == [
        "properties.source.osType",
        "properties.source.generation",
        "properties.source.architecture",
    ]


def test_a_disk_and_a_snapshot_tell_it_themselves() -> None:
    source = {"type": "ManagedDisk", "diskId": DISK, "osState": "Specialized"}
    assert parse(with_properties({"source": source}), KILN_API_VERSION).source == DiskImageSource(
        "ManagedDisk", DISK, OsState.SPECIALIZED
    )


def test_a_specialized_version_is_named_as_one() -> None:
    source = parse(
        with_properties({"source": {**VERSION, "osState": "Specialized"}}), KILN_API_VERSION
    ).source
    assert source == SharedImageVersionSource(f"{IMAGE}/versions/latest", OsState.SPECIALIZED)


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ({**VHD, "uri": "https://account.blob.core.windows.net/vhds/a.vhd?sig=x"}, "uri"),
        ({**VHD, "osType": "linux"}, "osType"),
        ({**VHD, "generation": 2}, "generation"),
        ({**VHD, "osState": "Fresh"}, "osState"),
        ({**VHD, "diskId": DISK}, "diskId"),
        ({"type": "ManagedDisk", "diskId": SNAPSHOT}, "diskId"),
        ({"type": "Snapshot"}, "snapshotId"),
        ({"type": "vhd"}, "type"),
    ],
)
def test_faults_of_disks_are_placed(source: dict[str, object], place: str) -> None:
    [(path, code, _)] = faults(with_properties({"source": source}), KILN_API_VERSION)
    assert (path, code) == (f"properties.source.{place}", code)
    assert code in ("BadSourceType", "ValidationFailed")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2030-01-31", "2030-01-31T00:00:00Z"),
        ("2030-01-31T12:00:00Z", "2030-01-31T12:00:00Z"),
        ("2030-01-31T12:00:00.5+02:00", "2030-01-31T10:00:00Z"),
    ],
)
def test_the_end_of_life_is_kept_in_utc(written: str, read: str) -> None:
    document = with_properties({"distribute": [{**SHARED, "endOfLifeDate": written}]})
    [made] = parse(document, KILN_API_VERSION).distribute
    assert isinstance(made, SharedImageDistributor)
    assert made.end_of_life_date == read


@pytest.mark.parametrize(
    "written", ["soon", "2030-13-01", "2030-01-31T12:00:00", "0001-01-01T00:00:00+10:00", 2030]
)
def test_what_is_no_moment_is_refused(written: object) -> None:
    document = with_properties({"distribute": [{**SHARED, "endOfLifeDate": written}]})
    [(path, _, _)] = faults(document, KILN_API_VERSION)
    assert path == "properties.distribute[0].endOfLifeDate"
