"""Resource ids and request paths."""

import pytest

from local.cloud.arm_ids import ArmId, parse_id, parse_path

SUBNET = "/subscriptions/s/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/v/subnets/a"


def test_an_id_keeps_its_spelling_and_compares_without_case() -> None:
    subnet = parse_id(SUBNET)
    assert str(subnet) == SUBNET
    assert subnet.key == SUBNET.lower()
    assert subnet.type == "Microsoft.Network/virtualNetworks/subnets"
    assert (subnet.name, subnet.parent.name, subnet.parent.parent) == ("a", "v", ArmId("s", "G"))
    assert parse_id(SUBNET.upper()).spelled_as(subnet.type).type == subnet.type


def test_a_group_is_a_resource() -> None:
    group = parse_id("/subscriptions/s/resourceGroups/G")
    assert group.is_resource_group
    assert (group.type, group.name) == ("Microsoft.Resources/resourceGroups", "G")


@pytest.mark.parametrize(
    "text", ["", "x", "/subscriptions/s", "/subscriptions/s/resourceGroups", f"{SUBNET}/tail"]
)
def test_what_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="not a resource id"):
        parse_id(text)


@pytest.mark.parametrize(
    ("path", "tail", "kind"),
    [
        ("/subscriptions/s/resourceGroups", "resourceGroups", ""),
        (
            "/subscriptions/s/providers/Microsoft.Compute/virtualMachines",
            "virtualMachines",
            "Microsoft.Compute/virtualMachines",
        ),
        (f"{SUBNET}/prepare", "prepare", "Microsoft.Network/virtualNetworks/subnets/prepare"),
    ],
)
def test_collections_and_actions(path: str, tail: str, kind: str) -> None:
    parsed = parse_path(path)
    assert parsed.tail == tail
    if kind:
        assert parsed.collection_type == kind
