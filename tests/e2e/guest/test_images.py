"""Debian generalized and specialized, with a data disk: judged by the VHDs' bytes, without a mount."""

from __future__ import annotations

import subprocess
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.guest import FirstBoot, Hypervisor, ScriptRequest
from local.guest.disk import gpt
from local.guest.inspect import VhdImage
from local.guest.inspect_boot import boot_problems, mounts
from local.guest.inspect_identity import agent_settings, generalized_problems, read_identity
from local.guest.vhd import read_footer

GIB = 1 << 30
BOOT = FirstBoot("web1", "0b1e2a6c", "azure", "a pass:word", ("ssh-ed25519 AAAA me",))
USE = """\
set -e
useradd --create-home --shell /bin/bash builder
echo 'builder ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-builder; chmod 0440 /etc/sudoers.d/90-builder
visudo -c -q
cat > /tmp/as-builder <<'END'
set -e
test "$(id -un)" = builder
test "$(sudo id -un)" = root
test "$(sudo -u azure id -un)" = azure
sudo su - azure -c 'test "$(pwd)" = /home/azure'
sudo runuser -u builder -- test -w /home/builder
! rm /etc/passwd 2>/dev/null
systemctl daemon-reload
! sudo systemctl start ssh
! sudo reboot
test "$(systemctl is-system-running)" = offline
END
chmod 755 /tmp/as-builder
su - builder -c 'sh -e /tmp/as-builder'
systemctl enable ssh
mke2fs -q -t ext4 -L data /dev/disk/azure/scsi1/lun0
echo 'write /etc/debian_version version' | debugfs -w -f - /dev/disk/azure/scsi1/lun0
echo 'history' > /home/builder/.bash_history
sync
"""
DEPROVISION = """\
set -e
userdel --force --remove builder; rm -f /etc/sudoers.d/90-builder
waagent -deprovision+user -force
cloud-init clean --logs --machine-id --seed
rm -rf /var/lib/cloud /etc/sudoers.d/90-cloud-init-users /etc/sudoers.d/waagent /root/.*_history
: > /etc/machine-id
ln -sf ../run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
"""


@dataclass(frozen=True)
class Captured:
    specialized: VhdImage
    generalized: VhdImage
    data: Path


def run(hypervisor: Hypervisor, disk: str, text: str, folder: Path, data_disks: dict[int, str]) -> None:
    script = folder / "script.sh"
    script.write_text(f"#!/bin/bash\n{text}")
    said = bytearray()
    request = ScriptRequest(
        script, (), {}, 120, None, said.extend, said.extend, threading.Event(), "web1", data_disks
    )
    assert hypervisor.run_script(disk, request).exit_code == 0, said.decode()


@pytest.fixture(scope="module")
def captured(
    hypervisor: Hypervisor, debian: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Captured]:
    folder, name = tmp_path_factory.mktemp("images"), f"images-{uuid.uuid4().hex}"
    contents = [f"{name}-{kind}" for kind in ("specialized", "generalized", "data")]
    hypervisor.create_disk(name, debian, 30)
    hypervisor.create_empty_disk(f"{name}-lun0", 4)
    try:
        hypervisor.first_boot(name, BOOT)
        run(hypervisor, name, USE, folder, {0: f"{name}-lun0"})
        hypervisor.freeze(name, contents[0])
        run(hypervisor, name, DEPROVISION, folder, {0: f"{name}-lun0"})
        hypervisor.freeze(name, contents[1])
        hypervisor.freeze(f"{name}-lun0", contents[2])
        system, image, data = (hypervisor.export_vhd(content) for content in contents)
        yield Captured(VhdImage(system), VhdImage(image), data)
    finally:
        for disk in (name, f"{name}-lun0"):
            hypervisor.delete_disk(disk)
        for content in contents:
            hypervisor.delete_content(content)


@pytest.mark.parametrize("kind", ["specialized", "generalized"])
def test_the_os_disks_boot_as_gen1_and_gen2(captured: Captured, kind: str) -> None:
    image: VhdImage = getattr(captured, kind)
    assert boot_problems(image) == []
    assert {partition.kind for partition in image.partitions} == {
        gpt.BIOS_BOOT,
        gpt.EFI_SYSTEM,
        gpt.LINUX_ROOT_X64,
    }
    assert [line[:3] for line in mounts(image)] == [
        [f"UUID={image.root_uuid}", "/", "ext4"],
        ["UUID=7A2E-5D1C", "/boot/efi", "vfat"],
    ]
    assert agent_settings(image)["ResourceDisk.Format"] == "n"
    offset = image.root_partition.offset
    subprocess.run(["e2fsck", "-fn", f"{image.path}?offset={offset}"], check=True, capture_output=True)


def test_the_generalized_image_tells_nothing(captured: Captured) -> None:
    assert generalized_problems(captured.generalized) == []


def test_the_specialized_image_is_the_machine(captured: Captured) -> None:
    identity = read_identity(captured.specialized)
    assert len(identity.machine_id) == 32
    assert identity.hostname == "web1"
    assert {"ssh_host_ed25519_key", "ssh_host_ed25519_key.pub"} <= set(identity.host_keys)
    assert identity.users == ("azure", "builder")
    assert identity.sudoers == ("90-builder", "90-cloud-init-users")
    assert identity.authorized_keys == ("/home/azure/.ssh/authorized_keys",)
    assert identity.histories == ("/home/builder/.bash_history",)
    assert "ovf-env.xml" in identity.agent
    assert any(
        problem.endswith("users: azure, builder.") for problem in generalized_problems(captured.specialized)
    )


def test_the_data_disk_has_the_scripts_file_system(captured: Captured) -> None:
    assert read_footer(captured.data).size == 4 * GIB
    shown = subprocess.run(
        ["debugfs", "-R", "cat version", captured.data], check=True, capture_output=True, text=True
    )
    assert shown.stdout.startswith("12.")
    assert captured.data.stat().st_blocks * 512 < 200 << 20
