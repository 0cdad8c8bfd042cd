"""VHD files: the footer, the partitions, the file system, the ranges; judged by other programs too."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from local.guest import GuestError
from local.guest.disk import gpt
from local.guest.inspect import VhdImage
from local.guest.vhd import MIB, Footer, append_footer, data_ranges, geometry, pack_footer, read_footer

from .conftest import Guest

GIB = 1 << 30
needs_qemu = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="qemu-img is not installed")
needs_sgdisk = pytest.mark.skipif(shutil.which("sgdisk") is None, reason="sgdisk is not installed")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("size_mib", [1, 3, 64, 1024, 30 * 1024, 127 * 1024, 1023 * 1024])
@needs_qemu
def test_footer_against_qemu(tmp_path: Path, size_mib: int) -> None:
    disk = tmp_path / "disk.vhd"
    disk.touch()
    os.truncate(disk, size_mib * MIB)
    append_footer(disk, uuid.UUID(int=7), 1_700_000_000)
    info = json.loads(run("qemu-img", "info", "-f", "vpc", "--output", "json", str(disk)))
    assert info["virtual-size"] == size_mib * MIB
    assert read_footer(disk) == Footer(size_mib * MIB, uuid.UUID(int=7), 1_700_000_000)


@pytest.mark.parametrize(
    ("sectors", "expected"),
    [
        (20 * 2048, (602, 4, 17)),
        (40 * 2048, (963, 5, 17)),
        (500 * 2048, (1015, 16, 63)),
        (30 * 1024 * 2048, (62415, 16, 63)),
        (127 * 1024 * 2048, (65278, 16, 255)),
        (2**40, (65535, 16, 255)),
    ],
)
def test_geometry_by_the_specifications_algorithm(sectors: int, expected: tuple[int, int, int]) -> None:
    assert geometry(sectors) == expected


@pytest.mark.parametrize(
    ("position", "value", "problem"),
    [(0, b"x", "cookie"), (20, b"\x01", "checksum"), (60, b"\0\0\0\3", "type"), (48, b"\xff", "size")],
)
def test_a_damaged_footer_is_refused(tmp_path: Path, position: int, value: bytes, problem: str) -> None:
    footer = bytearray(pack_footer(Footer(MIB, uuid.uuid4(), 1_700_000_000)))
    footer[position : position + len(value)] = value
    disk = tmp_path / "disk.vhd"
    disk.write_bytes(bytes(MIB) + footer)
    with pytest.raises(GuestError, match=problem):
        read_footer(disk)


def test_other_sizes_than_whole_mib_are_refused(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.write_bytes(bytes(MIB + 512))
    with pytest.raises(GuestError, match="whole number of MiB"):
        append_footer(disk, uuid.uuid4(), 1_700_000_000)
    assert disk.stat().st_size == MIB + 512


def test_ranges_are_what_was_written(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    with disk.open("wb") as stream:
        stream.seek(10 * MIB)
        stream.write(b"x" * 5000)
        stream.seek(50 * MIB)
        stream.write(b"y")
        os.truncate(stream.fileno(), 64 * MIB)
    copy = tmp_path / "copy"
    with disk.open("rb") as source, copy.open("wb") as target:
        os.truncate(target.fileno(), 64 * MIB)
        for offset, length in data_ranges(disk):
            assert offset % 512 == length % 512 == 0
            target.seek(offset)
            source.seek(offset)
            target.write(source.read(length))
    assert sum(length for _, length in data_ranges(disk)) < MIB
    assert copy.read_bytes() == disk.read_bytes()


@pytest.fixture
def exported(guest: Guest) -> Path:
    guest.output(
        guest.disk("d"), "echo hello > /root/file; rm /etc/hosts; ln -s /root/file /link; mkdir '/odd dir'"
    )
    guest.hypervisor.freeze("d", "c")
    return guest.hypervisor.export_vhd("c")


def raw_disk(vhd: Path, tmp_path: Path) -> Path:
    """The disk without its footer, since other tools would take that for a part of it."""
    raw = tmp_path / "disk.raw"
    run("cp", "--sparse=always", str(vhd), str(raw))
    os.truncate(raw, vhd.stat().st_size - 512)
    return raw


@needs_sgdisk
def test_the_disk_is_sound(exported: Path, tmp_path: Path) -> None:
    assert exported.stat().st_size == GIB + 512
    assert exported.stat().st_blocks * 512 < 16 * MIB
    raw = raw_disk(exported, tmp_path)
    assert "No problems found" in run("sgdisk", "-v", str(raw))
    root = VhdImage(exported).partitions[0]
    run("e2fsck", "-fn", f"{raw}?offset={root.offset}")
    assert [partition.name for partition in VhdImage(exported).partitions] == ["root", "bios", "esp"]


def test_the_image_holds_what_the_disk_held(exported: Path) -> None:
    image = VhdImage(exported)
    assert image.read_file("/root/file") == b"hello\n"
    assert image.read_file("/link") == b"hello\n"
    assert image.list_dir("/odd dir") == []
    assert "file" in image.list_dir("/root")
    assert image.exists("/bin/sh")
    assert not image.exists("/etc/hosts")
    assert not image.exists("/usr/sbin/policy-rc.d")
    with pytest.raises(GuestError, match="no /etc/hosts"):
        image.read_file("/etc/hosts")


def test_a_program_of_the_image_runs_without_network(exported: Path) -> None:
    image = VhdImage(exported)
    assert image.run_in("/bin/busybox", "echo", "from", "inside") == "from inside\n"
    assert "lo" in image.run_in("busybox", "cat", "/proc/net/dev")
    assert "eth" not in image.run_in("busybox", "cat", "/proc/net/dev")
    with pytest.raises(GuestError, match="exit code 1"):
        image.run_in("busybox", "false")
    with pytest.raises(GuestError, match="no program nginx"):
        image.run_in("nginx", "-v")


def test_an_export_is_made_once(guest: Guest, exported: Path) -> None:
    before = exported.stat()
    assert guest.hypervisor.export_vhd("c") == exported
    assert exported.stat().st_mtime_ns == before.st_mtime_ns
    assert not list((guest.data / "temporary").iterdir())
    guest.hypervisor.delete_content("c")
    assert not exported.exists()


def test_an_empty_disk_is_zeros_and_a_footer(guest: Guest) -> None:
    guest.hypervisor.create_empty_disk("data", 2)
    guest.hypervisor.freeze("data", "c")
    vhd = guest.hypervisor.export_vhd("c")
    assert read_footer(vhd).size == 2 * GIB
    assert guest.hypervisor.data_ranges(vhd) == [(2 * GIB, 512)]


def test_a_larger_disk_has_a_larger_root(guest: Guest) -> None:
    guest.hypervisor.create_disk("large", guest.tiny, 3)
    guest.hypervisor.freeze("large", "c")
    image = VhdImage(guest.hypervisor.export_vhd("c"))
    assert image.footer.size == 3 * GIB
    assert image.partitions[0].offset + image.partitions[0].size == 3 * GIB - MIB


def test_two_exports_of_one_state_have_the_same_files(guest: Guest) -> None:
    disk = guest.disk("d")
    guest.output(disk, "seq 1000 > /root/numbers")
    digests = []
    for content in ("c1", "c2"):
        guest.hypervisor.freeze(disk, content)
        image = VhdImage(guest.hypervisor.export_vhd(content))
        digests.append(hashlib.sha256(image.read_file("/root/numbers")).hexdigest())
    assert digests[0] == digests[1]


def test_a_partition_table_with_a_wrong_checksum_is_refused(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.touch()
    os.truncate(disk, 64 * MIB)
    part = gpt.Partition(1, gpt.LINUX_ROOT_X64, 2048, 4096, "root")
    gpt.write(disk, [part], uuid.uuid4())
    assert gpt.read(disk) == (part,)
    with disk.open("r+b") as stream:
        stream.seek(2 * 512 + 32)
        stream.write(b"\xff")
    with pytest.raises(GuestError, match="checksum"):
        gpt.read(disk)
    disk.write_bytes(bytes(MIB))
    with pytest.raises(GuestError, match="no GUID partition table"):
        gpt.read(disk)
