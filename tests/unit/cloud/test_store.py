"""What is remembered, and that changes happen as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloud.arm_ids import parse_id
from local.cloud.errors import ArmError
from local.cloud.store import Resource, Store

GROUP = parse_id("/subscriptions/s/resourceGroups/g")
VERSION = GROUP.sibling("Microsoft.Compute/images", "one")


def _resource(name: str, content: str = "") -> Resource:
    image = GROUP.sibling("Microsoft.Compute/images", name)
    return Resource(image, {"properties": {}, "location": "westeurope"}, {"contentId": content})


def test_ids_are_found_without_regard_to_case(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    store.save(_resource("One"))
    assert store.get(parse_id(str(VERSION).upper())).id.name == "One"
    with pytest.raises(ArmError, match="ResourceNotFound"):
        store.get(GROUP.sibling("Microsoft.Compute/images", "two"))


def test_what_may_refer_to_an_id_is_found_wherever_its_document_names_it(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    for name in ("one", "two"):
        store.save(_resource(name))
    with store.edit(VERSION) as image:
        image.properties["sourceVirtualMachine"] = {"id": str(GROUP).upper() + "/VM"}
    assert [found.id.name for found in store.mentioning(f"{GROUP}/vm", "Microsoft.Compute/images")] == ["one"]
    assert store.mentioning(f"{GROUP}/vm", "Microsoft.Compute/disks") == []
    assert store.count("microsoft.compute/Images") == 2


def test_what_lies_under_an_id_is_found_by_its_beginning(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    store.save(_resource("one"))
    other = parse_id("/subscriptions/s/resourceGroups/g2").sibling("Microsoft.Compute/images", "x")
    store.save(Resource(other, {"properties": {}, "location": ""}))
    assert [found.id.name for found in store.children(GROUP)] == ["one"]
    assert [found.id.name for found in store.children(GROUP, "Microsoft.Compute/images")] == ["one"]
    assert len(store.resources()) == 2


def test_a_failed_transaction_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    store.save(_resource("one"))
    with pytest.raises(ArmError):
        _change_and_fail(store)
    assert store.get(VERSION).location == "westeurope"


def _change_and_fail(store: Store) -> None:
    with store.edit(VERSION) as changed:
        changed.document["location"] = "eastus"
        store.get(GROUP)


def test_state_outlives_the_connection(tmp_path: Path) -> None:
    first = Store(tmp_path / "db")
    first.save(_resource("one"))
    first.close()
    assert Store(tmp_path / "db").find(VERSION)


def test_children_are_inside_not_beside(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    store.save(_resource("one"))
    beside = parse_id("/subscriptions/s/resourceGroups/g2").sibling("Microsoft.Compute/images", "x")
    store.save(Resource(beside, {"properties": {}}))
    assert [child.id.name for child in store.children(GROUP)] == ["one"]


def test_shared_contents(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    store.save(_resource("one", "c"))
    assert not store.refers_to_content("c", other_than=VERSION)
    store.save(_resource("two", "c"))
    assert store.refers_to_content("c", other_than=VERSION)


def test_machines_that_hold_cores_are_counted_by_size(tmp_path: Path) -> None:
    store = Store(tmp_path / "db")
    for name, location, power in (
        ("one", "here", "running"),
        ("two", "here", "creating"),
        ("three", "here", "deallocated"),
        ("four", "there", "running"),
    ):
        machine = GROUP.sibling("Microsoft.Compute/virtualMachines", name)
        document = {"location": location, "properties": {"hardwareProfile": {"vmSize": "small"}}}
        store.save(Resource(machine, document, {"power": power}))
    assert store.machines_by_size("here") == {"small": 2}
    one = GROUP.sibling("Microsoft.Compute/virtualMachines", "one")
    assert store.machines_by_size("here", other_than=one) == {"small": 1}
    assert store.machines_by_size("nowhere") == {}
