"""VHD, and what all distributors have."""

from collections.abc import Callable

import pytest

from shared.distributors.kind import Home
from shared.distributors.registry import distributor_kinds, read_distributor
from shared.domain.template import Distributor, VhdDistributor
from shared.reading.object_reader import read_object
from shared.reading.report import Report

DISTRIBUTOR = "VHD"
URI = "https://account.blob.core.windows.net/vhds/web.vhd"


def test_it_needs_nothing_but_its_name(read: Callable[..., Distributor]) -> None:
    assert read() == VhdDistributor("out")
    assert read(uri="", artifactTags={}) == VhdDistributor("out")


def test_it_may_say_where_to(read: Callable[..., Distributor]) -> None:
    made = read(uri=URI, artifactTags={"a b": ""})
    assert made == VhdDistributor("out", URI, {"a b": ""})


@pytest.mark.parametrize(
    "uri",
    [
        "https://account.blob.core.windows.net",
        "https://account.blob.core.windows.net/vhds",
        "https://account.blob.core.windows.net/vhds/",
        URI + "?sv=2024&sig=x",
        "azure://vhds/web.vhd",
        "web.vhd",
        5,
    ],
)
def test_where_to_must_be_a_blob(faults: Callable[..., list[tuple[str, str]]], uri: object) -> None:
    assert faults(uri=uri) == [("uri", "ValidationFailed")]


@pytest.mark.parametrize("name", ["", "a b", "x" * 65, "ä", "a/b", None, 7])
def test_the_name_of_the_output_has_rules(faults: Callable[..., list[tuple[str, str]]], name: object) -> None:
    assert faults(runOutputName=name) == [("runOutputName", "ValidationFailed")]


def test_tags_have_limits(faults: Callable[..., list[tuple[str, str]]]) -> None:
    assert faults(artifactTags={f"t{n}": "" for n in range(51)}) == [("artifactTags", "ValidationFailed")]
    assert faults(artifactTags={"t": "v" * 257}) == [("artifactTags.t", "ValidationFailed")]
    assert faults(artifactTags={"t" * 513: ""}) == [(f"artifactTags.{'t' * 513}", "ValidationFailed")]
    assert faults(artifactTags=[]) == [("artifactTags", "ValidationFailed")]


def test_all_types_of_aib_are_found_and_others_refused() -> None:
    assert set(distributor_kinds()) == {"ManagedImage", "SharedImage", "VHD"}
    for name in ("vhd", "Floppy", ""):
        report = Report("2025-10-01")
        fields = read_object({"type": name, "runOutputName": "o"}, "d[0]", report)
        assert fields is not None
        assert read_distributor(fields, Home("westeurope", "s")) is None
        assert [(p.path, p.code) for p in report.problems] == [("d[0].type", "BadDistributeType")]
