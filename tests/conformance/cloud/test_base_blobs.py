"""VHDs are published as copies of their base's blob and the pages that differ."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from local.cloud.storage import Storage
from local.guest import Hypervisor, ScriptRequest
from local.guest.changes import Changes
from tests.conformance.cloud.harness import Azurite


@pytest.fixture
def hypervisor(tmp_path: Path) -> Hypervisor:
    return Hypervisor(tmp_path / "guest")


@pytest.fixture
def storage(azurite: Azurite) -> Storage:
    return Storage(azurite.connection_string)


def exported(hypervisor: Hypervisor, folder: Path, name: str, script: str) -> tuple[Path, Changes]:
    tiny = next(image for image in hypervisor.marketplace() if image.offer == "tiny")
    hypervisor.create_disk(name, hypervisor.prepare(tiny), 1)
    file = folder / f"{name}.sh"
    file.write_text(script)
    request = ScriptRequest(file, (), {}, 30, None, lambda _: None, lambda _: None, threading.Event(), name)
    assert hypervisor.run_script(name, request).exit_code == 0
    hypervisor.freeze(name, f"{name}-content")
    vhd = hypervisor.export_vhd(f"{name}-content")
    changes = hypervisor.changes(f"{name}-content")
    assert changes is not None
    return vhd, changes


def publish(storage: Storage, hypervisor: Hypervisor, vhd: Path, changes: Changes) -> str:
    """What the cloud does for `beginGetAccess`."""
    base = storage.publish_base(changes.base, hypervisor.data_ranges(changes.base))
    footer = (vhd.stat().st_size - 512, 512)
    storage.publish_vhd(vhd.name.replace(".", "-"), vhd, [*changes.ranges, footer], base)
    return storage.read_access(vhd.name.replace(".", "-"))


def same_bytes(storage: Storage, url: str, folder: Path, vhd: Path) -> bool:
    fetched = folder / f"fetched-{vhd.name}"
    storage.fetch_vhd(url, fetched)
    return fetched.read_bytes() == vhd.read_bytes()


def test_each_vhd_is_its_own_although_they_share_a_base(
    storage: Storage, hypervisor: Hypervisor, tmp_path: Path
) -> None:
    first, changes = exported(hypervisor, tmp_path, "one", "seq 100000 > /numbers")
    url = publish(storage, hypervisor, first, changes)
    second, other = exported(hypervisor, tmp_path, "two", "seq 300000 500000 > /others; rm /etc/passwd")
    other_url = publish(storage, hypervisor, second, other)
    assert other.base == changes.base
    assert same_bytes(storage, url, tmp_path, first)
    assert same_bytes(storage, other_url, tmp_path, second)


def test_a_base_that_was_written_in_part_is_written_again_and_one_that_is_gone_is_removed(
    storage: Storage, hypervisor: Hypervisor, azurite: Azurite, tmp_path: Path
) -> None:
    _, changes = exported(hypervisor, tmp_path, "one", "true")
    ranges = hypervisor.data_ranges(changes.base)
    blob = storage.publish_base(changes.base, ranges)
    unfinished = changes.base.stat().st_size + 512
    blob.create_page_blob(size=unfinished)
    gone = blob.container_name.rpartition("-")[0] + "gone-1"
    with BlobServiceClient.from_connection_string(azurite.connection_string) as service:
        service.create_container(gone)
        again = storage.publish_base(changes.base, ranges)
        assert sum((page.end or 0) - (page.start or 0) + 1 for page in again.list_page_ranges()) > 1_000_000
        assert not service.get_container_client(gone).exists()
