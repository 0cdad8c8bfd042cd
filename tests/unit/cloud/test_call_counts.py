"""Requests are counted by what they ask for."""

from __future__ import annotations

import pytest

from local.cloud.arm_ids import parse_path
from local.cloud.call_counts import CallCounts
from local.cloud.requests import ArmRequest

GROUP = "/subscriptions/s/resourceGroups/g"


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (GROUP, "Microsoft.Resources/resourceGroups"),
        (f"{GROUP}/providers/A.B/disks/d", "A.B/disks"),
        (f"{GROUP}/providers/A.B/disks/d/beginGetAccess", "A.B/disks/beginGetAccess"),
        ("/subscriptions/s/providers/A.B/locations/l/operations/o", "operations"),
        ("/subscriptions/s/providers/A.B/disks", "A.B/disks"),
        ("/subscriptions/s", "subscriptions"),
    ],
)
def test_a_request_counts_as_what_it_asks_for(path: str, what: str) -> None:
    calls = CallCounts()
    for _ in range(2):
        calls.count(ArmRequest("GET", path, parse_path(path), {}, {}))
    assert calls.counts == {f"GET {what}": 2}
