"""Guests as machines: users and sudo, the first boot, restarts, service managers, Windows."""

from __future__ import annotations

import pytest

from local.guest import FirstBoot, GuestError

from .conftest import Guest

ADD_USER = """
echo "builder:x:1000:" >> /etc/group
echo "builder:!:1::::::" >> /etc/shadow
echo "builder:x:1000:1000::/home/builder:/bin/sh" >> /etc/passwd
mkdir /home/builder; chown builder:builder /home/builder
"""


def as_builder(command: str) -> str:
    return f"su -s /bin/sh builder <<'END'\n{command}\nEND\n"


@pytest.fixture
def disk(guest: Guest) -> str:
    guest.output(guest.disk("d"), ADD_USER)
    return "d"


def test_sudo_is_for_those_in_sudoers(guest: Guest, disk: str) -> None:
    refused = guest.run(disk, as_builder("sudo id -u"))
    assert (refused.output, refused.errors) == ("", "sudo: a password is required\n")
    rule = "echo 'builder ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/builder\n"
    commands = "id -un; sudo id -un; sudo -n -u nobody id -un; sudo sh -c 'exit 7'; echo $?"
    assert guest.output(disk, rule + as_builder(commands)).split() == ["builder", "root", "nobody", "7"]
    assert guest.run(disk, "rm /etc/sudoers.d/builder\n" + as_builder("sudo true")).result.exit_code == 1


def test_sudo_makes_the_environment_anew(guest: Guest, disk: str) -> None:
    rule = "echo 'builder ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/builder\n"
    commands = (
        "export X=1; sudo sh -c 'echo $HOME $X $SUDO_USER'; sudo -E sh -c 'echo $X'; sudo Y=2 sh -c 'echo $Y'"
    )
    assert guest.output(disk, rule + as_builder(commands)).split() == ["/root", "builder", "1", "2"]


def test_a_users_files_are_the_users(guest: Guest, disk: str) -> None:
    assert guest.run(disk, as_builder("echo x > /root/file")).result.exit_code != 0
    guest.output(disk, as_builder("echo x > ~/file"))
    assert guest.output(disk, "stat -c '%u %g' /home/builder/file") == "1000 1000\n"


@pytest.mark.parametrize("command", ["reboot", "poweroff", "/usr/local/sbin/shutdown -r now", "kill -TERM 1"])
def test_a_restart_ends_the_script_with_a_reason(guest: Guest, disk: str, command: str) -> None:
    ran = guest.run(disk, f"set -e\necho kept > /root/kept; {command}; sleep 20; echo on")
    assert (ran.result.exit_code, ran.output) == (1, "")
    assert "restart customizer" in ran.errors
    assert guest.output(disk, "cat /root/kept") == "kept\n"


def test_the_machines_files_never_stay_on_the_disk(guest: Guest, disk: str) -> None:
    guest.output(
        disk, "chmod -R go-w /usr; chmod 2750 /usr/local; touch /usr/local/sbin/own; rm /usr/local/sbin/halt"
    )
    state = guest.hypervisor._store.disk(disk)
    names = {path.name for layer in state.layers for path in (guest.data / "layers" / layer).glob("usr/*/*")}
    assert "policy-rc.d" not in names
    assert not any(
        (guest.data / "layers" / layer / "usr/local/sbin/reboot").exists() for layer in state.layers
    )
    assert guest.output(disk, "stat -c %a /usr/local; ls /usr/local/sbin/own").split()[0] == "2750"


BOOT = FirstBoot("web1", "vm-id", "azure", "pa$s: w|rd", ("ssh-ed25519 AAAA one", "ssh-rsa BBBB two"))


def test_the_first_boot_makes_a_machine_of_an_image(guest: Guest) -> None:
    disk = guest.disk("d")
    guest.hypervisor.first_boot(disk, BOOT)
    facts = "cat /etc/hostname /etc/machine-id; ls /etc/ssh 2>&1; cat /etc/shadow ~azure/.ssh/authorized_keys"
    text = guest.output(
        disk, "cat /etc/hostname; wc -c < /etc/machine-id; cat /home/azure/.ssh/authorized_keys"
    )
    assert text.split("\n")[:4] == ["web1", "33", *BOOT.ssh_keys]
    assert "azure:$6$" in guest.output(disk, "cat /etc/shadow")
    assert guest.output(disk, "su -s /bin/sh azure -c 'sudo id -u'") == "0\n"
    assert "<UserName>azure</UserName>" in guest.output(disk, "cat /var/lib/waagent/ovf-env.xml")
    assert "pa$s" not in guest.output(disk, "grep -r 'pa.s' /var/lib /etc /home || true")
    before = guest.output(disk, facts)
    guest.hypervisor.first_boot(disk, BOOT)
    assert guest.output(disk, facts).split("\n")[:2] == before.split("\n")[:2]
    assert guest.output(disk, "grep -c azure /etc/passwd") == "1\n"


def test_a_first_boot_that_fails_says_why(guest: Guest) -> None:
    disk = guest.disk("d")
    guest.output(disk, "rm -r /home; echo file > /home")
    with pytest.raises(GuestError, match=r"boot.*home") as caught:
        guest.hypervisor.first_boot(disk, BOOT)
    assert caught.value.code == "OSProvisioningFailed"


def test_windows_is_accepted_until_something_must_run(guest: Guest) -> None:
    windows = next(image for image in guest.hypervisor.marketplace() if image.sku == "2022-datacenter-g2")
    assert (windows.os_type, windows.os_disk_gib) == ("Windows", 127)
    guest.hypervisor.create_disk("w", guest.hypervisor.prepare(windows), 127)
    with pytest.raises(GuestError, match="this local cloud runs Linux guests only"):
        guest.run("w", "true")
    guest.hypervisor.freeze("w", "frozen")
    with pytest.raises(GuestError, match="no bytes of Windows images"):
        guest.hypervisor.export_vhd("frozen")
