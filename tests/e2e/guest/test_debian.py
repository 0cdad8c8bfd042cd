"""The real thing: Debian 12 with nginx from its mirror, captured, exported and looked into."""

from __future__ import annotations

import json
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.guest import Hypervisor, ScriptRequest
from local.guest.inspect import VhdImage

SCRIPT = """\
#!/bin/sh
set -e
echo "$1" > /srv/greeting
useradd --create-home builder
echo 'builder ALL=(ALL) NOPASSWD:ALL' > /etc/sudoers.d/builder
su builder -c 'sudo sh -c "id -u > /srv/sudo"'
apt-get install -y --no-install-recommends nginx >&2
cp /bin/ping /srv/ping
setcap cap_net_raw+ep /srv/ping
! systemctl is-active nginx
"""


@pytest.fixture(scope="module")
def vhd(hypervisor: Hypervisor, debian: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A captured disk in which the script has run. Its names are the test run's own: the store is shared."""
    name = f"debian-{uuid.uuid4().hex}"
    script = tmp_path_factory.mktemp("script") / "script.sh"
    script.write_text(SCRIPT)
    errors = bytearray()
    request = ScriptRequest(
        script,
        ("hello from the image",),
        {},
        120,
        None,
        lambda _: None,
        errors.extend,
        threading.Event(),
        "vm1",
    )
    hypervisor.create_disk(name, debian, 30)
    try:
        assert hypervisor.run_script(name, request).exit_code == 0, errors.decode()
        hypervisor.freeze(name, name)
        yield hypervisor.export_vhd(name)
    finally:
        hypervisor.delete_disk(name)
        hypervisor.delete_content(name)


def test_both_generations_share_one_base(hypervisor: Hypervisor, debian: str) -> None:
    first = next(image for image in hypervisor.marketplace() if image.sku == "12")
    assert first.generation == "V1"
    assert hypervisor.prepare(first) == debian


def test_the_vhd_is_30_gib_and_sparse(vhd: Path, hypervisor: Hypervisor) -> None:
    shown = subprocess.run(
        ["qemu-img", "info", "-f", "vpc", "--output", "json", str(vhd)], check=True, capture_output=True
    )
    assert json.loads(shown.stdout)["virtual-size"] == 30 << 30
    assert sum(length for _, length in hypervisor.data_ranges(vhd)) < 1 << 30


def test_the_file_system_is_clean(vhd: Path) -> None:
    offset = VhdImage(vhd).partitions[0].offset
    subprocess.run(["e2fsck", "-fn", f"{vhd}?offset={offset}"], check=True, capture_output=True)


def test_files_packages_and_rights_are_inside(vhd: Path) -> None:
    image = VhdImage(vhd)
    assert image.read_file("/srv/greeting") == b"hello from the image\n"
    assert image.read_file("/srv/sudo") == b"0\n"
    assert b"Package: nginx\nStatus: install ok installed" in image.read_file("/var/lib/dpkg/status")
    assert image.exists("/home/builder/.bashrc")
    assert not image.exists("/usr/sbin/policy-rc.d")
    offset = image.partitions[0].offset
    shown = subprocess.run(
        ["debugfs", "-R", "ea_list /srv/ping", f"{vhd}?offset={offset}"], check=True, capture_output=True
    )
    assert b"security.capability" in shown.stdout


def test_nginx_runs_from_the_image(vhd: Path) -> None:
    assert VhdImage(vhd).run_in("nginx", "-v").startswith("nginx version: nginx/1.")


def test_the_disk_can_boot_both_ways(vhd: Path) -> None:
    image = VhdImage(vhd)
    root, bios, esp = image.partitions
    uuid_line = next(
        line for line in image.read_file("/etc/fstab").decode().splitlines() if " / ext4 " in line
    )
    root_uuid = uuid_line.split()[0].removeprefix("UUID=")
    shown = subprocess.run(
        ["debugfs", "-R", "stats -h", f"{vhd}?offset={root.offset}"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert root_uuid in shown.stdout
    assert root_uuid in image.read_file("/boot/grub/grub.cfg").decode()
    assert image.exists("/vmlinuz")
    assert image.exists("/initrd.img")
    loader = subprocess.run(
        ["mdir", "-b", "-i", f"{vhd}@@{esp.offset}", "::/EFI/BOOT"], check=True, capture_output=True
    )
    assert b"BOOTX64.EFI" in loader.stdout
    with vhd.open("rb") as stream:
        assert b"GRUB" in stream.read(512)
        stream.seek(bios.offset)
        assert any(stream.read(4096))
