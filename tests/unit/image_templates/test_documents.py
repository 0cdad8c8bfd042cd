"""What is kept of a body, and what a PATCH makes of it."""

from typing import Any

import pytest

from shared.api.arm import Refusal
from shared.image_templates.documents import kept, patched
from tests.unit.image_templates.samples import record

IDENTITY = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/"


def test_what_the_service_writes_is_not_kept() -> None:
    body = {
        "id": "x",
        "name": "web",
        "systemData": {},
        "location": "westeurope",
        "tags": None,
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"i": {"principalId": "p"}}},
        "properties": {
            "source": {"version": "latest", "exactVersion": "1.2.3"},
            "provisioningState": "Succeeded",
            "LastRunStatus": {},
            "distribute": [],
        },
    }
    assert kept(body) == {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {"i": {}}},
        "properties": {"source": {"version": "latest"}, "distribute": []},
    }


def test_members_are_kept_under_their_own_names() -> None:
    assert kept({"Location": "westeurope", "PROPERTIES": {}}) == {"location": "westeurope", "properties": {}}


@pytest.mark.parametrize(
    ("patch", "identity"),
    [
        ({"type": "None"}, {"type": "None"}),
        ({"userAssignedIdentities": {IDENTITY.upper() + "a": None}}, {"type": "None"}),
        (
            {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY + "a": None, IDENTITY + "b": {}}},
            {"type": "UserAssigned", "userAssignedIdentities": {IDENTITY + "b": {}}},
        ),
    ],
)
def test_an_identity_that_is_given_as_null_goes(patch: dict[str, Any], identity: dict[str, Any]) -> None:
    before = record()
    before.document["identity"] = {
        "type": "UserAssigned",
        "userAssignedIdentities": {IDENTITY.upper() + "A": {}}
        if "type" not in patch
        else {IDENTITY + "a": {}},
    }
    assert patched(before, {"identity": patch}, "2025-10-01")["identity"] == identity


def test_tags_are_replaced_and_the_rest_stays() -> None:
    before = record()
    after = patched(before, {"tags": {"a": "b", "c": None}}, "2025-10-01")
    assert after == {**before.document, "tags": {"a": "b"}}
    assert "tags" not in before.document


def test_every_fault_of_a_patch_is_told() -> None:
    patch = {
        "location": "northeurope",
        "properties": {"customize": [], "vmProfile": {}, "distribute": [{"runOutputName": "new"}]},
    }
    with pytest.raises(Refusal) as caught:
        patched(record(), patch, "2023-07-01")
    assert [problem.path for problem in caught.value.problems] == [
        "location",
        "properties.customize",
        "properties.vmProfile",
        "properties.distribute",
    ]
    assert "missing: vhd" in str(caught.value)
