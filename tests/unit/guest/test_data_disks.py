"""Data disks in guests: their names, their bytes, and how they last."""

from __future__ import annotations

import uuid

import pytest

from local.guest import GuestError
from local.guest.vhd import read_footer

from .conftest import Guest, Ran

GIB = 1 << 30


def run(guest: Guest, text: str, disks: dict[int, str]) -> Ran:
    return guest.run("os", text, data_disks=disks)


@pytest.fixture
def machine(guest: Guest) -> Guest:
    guest.disk("os")
    guest.hypervisor.create_empty_disk("data", 1)
    return guest


def test_a_data_disk_has_azures_names(machine: Guest) -> None:
    machine.hypervisor.create_empty_disk("second", 2)
    text = "cd /dev/disk/azure/scsi1; ls; readlink lun7; stat -Lc %s lun2 lun7; ls /dev/sd*"
    ran = run(machine, text, {7: "second", 2: "data"})
    assert ran.output.split() == [
        "lun2", "lun7", "../../../sdd", str(GIB), str(2 * GIB), "/dev/sdc", "/dev/sdd",
    ]  # fmt: skip


def test_what_a_script_writes_lasts_and_becomes_a_vhd(machine: Guest) -> None:
    make = "dd if=/dev/zero bs=1M count=1 of=/dev/sdc conv=notrunc; echo mark | dd of=/dev/sdc conv=notrunc"
    assert run(machine, make, {0: "data"}).result.exit_code == 0
    machine.hypervisor.freeze("data", "frozen")
    assert run(machine, "head -c 4 /dev/sdc; : > /dev/sdc", {0: "data"}).output == "mark"
    assert run(machine, "head -c 4 /dev/sdc; stat -Lc %s /dev/sdc", {0: "data"}).output == f"\0\0\0\0{GIB}\n"
    vhd = machine.hypervisor.export_vhd("frozen")
    assert read_footer(vhd).size == GIB
    with vhd.open("rb") as stream:
        assert stream.read(4) == b"mark"
    assert vhd.stat().st_blocks * 512 < 16 << 20
    machine.hypervisor.create_disk("copy", "frozen", 2)
    assert run(machine, "head -c 4 /dev/sdc; stat -Lc %s /dev/sdc", {0: "copy"}).output == f"mark{2 * GIB}\n"


def test_an_exported_data_disk_can_be_imported(machine: Guest) -> None:
    run(machine, "echo mark > /dev/sdc", {0: "data"})
    machine.hypervisor.freeze("data", "frozen")
    machine.hypervisor.import_vhd(machine.hypervisor.export_vhd("frozen"), "imported", None)
    machine.hypervisor.create_disk("again", "imported", 1)
    assert run(machine, "head -c 4 /dev/sdc", {5: "again"}).output == "mark"


def test_reading_changes_nothing_and_old_states_go(machine: Guest) -> None:
    layers = machine.data / "layers"
    run(machine, "echo one > /dev/sdc", {0: "data"})
    before = {path.name for path in layers.iterdir() if path.is_file()}
    run(machine, "head -c 3 /dev/sdc", {0: "data"})
    assert {path.name for path in layers.iterdir() if path.is_file()} == before
    run(machine, "echo two > /dev/sdc", {0: "data"})
    assert len([path for path in layers.iterdir() if path.is_file()]) == 1
    machine.hypervisor.delete_disk("data")
    assert not [path for path in layers.iterdir() if path.is_file()]


@pytest.mark.parametrize(("disks", "problem"), [({0: "os"}, "is the OS disk"), ({64: "data"}, "LUN 64")])
def test_wrong_data_disks_are_refused(machine: Guest, disks: dict[int, str], problem: str) -> None:
    with pytest.raises(GuestError, match=problem):
        run(machine, "true", disks)


def test_a_system_disk_is_no_data_disk(machine: Guest) -> None:
    machine.disk(name := f"other-{uuid.uuid4().hex}")
    with pytest.raises(GuestError, match="holds an operating system"):
        run(machine, "true", {0: name})
