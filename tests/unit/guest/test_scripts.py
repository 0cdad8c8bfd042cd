"""Scripts in guests: what they see, what they leave, how they end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from pathlib import Path

import pytest

from local.guest import GuestError

from .conftest import Guest

REPOSITORY = Path(__file__).parents[3]


def living(marker: str) -> list[int]:
    """The processes of this machine, guests' included, whose command line has the marker."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and marker.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid()]


def test_a_script_gets_arguments_environment_and_hostname(guest: Guest) -> None:
    text = 'echo "$1|$2|$X"; hostname; id -u; echo oops >&2'
    ran = guest.run(guest.disk("d"), text, arguments=("a b", "c"), environment={"X": "y z"})
    assert ran.output == "a b|c|y z\nvm1\n0\n"
    assert ran.errors == "oops\n"
    assert ran.result.exit_code == 0


def test_the_first_line_chooses_the_interpreter(guest: Guest) -> None:
    assert guest.output(guest.disk("d"), "#!/bin/awk -f\nBEGIN { print 6 * 7 }\n") == "42\n"


def test_a_failed_script_keeps_its_effects(guest: Guest) -> None:
    disk = guest.disk("d")
    ran = guest.run(disk, "echo kept > /tmp/file; rm /etc/hosts; exit 7")
    assert ran.result.exit_code == 7
    assert guest.output(disk, "cat /tmp/file; test -e /etc/hosts || echo gone") == "kept\ngone\n"


def test_a_script_killed_by_a_signal_has_the_shells_exit_code(guest: Guest) -> None:
    assert guest.run(guest.disk("d"), "kill -9 $$").result.exit_code == 137


def test_another_user(guest: Guest) -> None:
    ran = guest.run(guest.disk("d"), 'id -un; echo "$1"; exit 4', arguments=("x y",), run_as="nobody")
    assert (ran.output, ran.result.exit_code) == ("nobody\nx y\n", 4)


def test_the_machines_umask_does_not_reach_the_guest(guest: Guest) -> None:
    disk = guest.disk("d")
    before = os.umask(0o077)
    try:
        text = "umask; stat -c %a / /etc /usr /usr/sbin; touch /tmp/new; stat -c %a /tmp/new; chmod 750 /"
        assert guest.output(disk, text).split() == ["0022", "755", "755", "755", "755", "644"]
        assert guest.output(disk, "stat -c %a /") == "750\n"
    finally:
        os.umask(before)


def test_an_unknown_user_fails_the_script(guest: Guest) -> None:
    ran = guest.run(guest.disk("d"), "true", run_as="nosuchuser")
    assert ran.result.exit_code != 0
    assert "nosuchuser" in ran.errors


def test_the_guest_cannot_touch_the_machine(guest: Guest) -> None:
    text = (
        "mknod /tmp/disk b 8 0 && cat /tmp/disk && echo read;"
        "mount -t tmpfs none /mnt && echo mounted;"
        "echo 1 > /proc/sys/kernel/core_uses_pid && echo written;"
        "ls /dev; ps | wc -l; true"
    )
    ran = guest.run(guest.disk("d"), text)
    devices, count = ran.output.split()[:-1], int(ran.output.split()[-1])
    assert {"null", "zero", "urandom", "full", "random", "tty", "pts", "shm"} <= set(devices)
    assert not {"read", "mounted", "written"} & set(devices)
    assert not [device for device in devices if device.startswith(("sd", "vd", "nvme", "loop"))]
    assert count < 10


def test_the_machines_files_are_seen_but_not_kept(guest: Guest) -> None:
    disk = guest.disk("d")
    seen = guest.output(
        disk, "cat /etc/resolv.conf; /usr/sbin/policy-rc.d; echo $?; touch /run/gone /tmp/stays"
    )
    assert seen == Path("/etc/resolv.conf").read_text() + "101\n"
    guest.hypervisor.freeze(disk, "c")
    kept = {path.name for path in guest.data.glob("layers/*/**/*")}
    assert "stays" in kept
    assert not {"policy-rc.d", "stub-resolv.conf", "ca-certificates.crt", "gone", "script"} & kept


def test_output_arrives_while_the_script_runs(guest: Guest) -> None:
    """The first line must be here before the script has ended, or nothing would cancel it."""
    seen: list[bytes] = []
    cancelled = threading.Event()

    def receive(data: bytes) -> None:
        seen.append(data)
        if b"first" in data:
            cancelled.set()

    request = guest.request("echo first; sleep 60; echo second", on_output=receive, cancelled=cancelled)
    result = guest.hypervisor.run_script(guest.disk("d"), request)
    assert seen == [b"first\n"]
    assert result.cancelled
    assert result.exit_code == 137


def test_much_output_is_complete_and_in_order(guest: Guest) -> None:
    expected = "".join(f"{number}\n" for number in range(1, 200001))
    assert guest.output(guest.disk("d"), "seq 200000") == expected


def test_binary_output_is_untouched(guest: Guest) -> None:
    collected = bytearray()
    request = guest.request("printf '\\377\\000\\r\\n'", on_output=collected.extend)
    guest.hypervisor.run_script(guest.disk("d"), request)
    assert bytes(collected) == b"\xff\x00\r\n"


def test_a_timeout_kills_every_process(guest: Guest) -> None:
    marker = f"{uuid.uuid4().int % 10**9 + 10**9}"
    text = f"""
        trap '' TERM HUP
        setsid sleep {marker} &
        (setsid sh -c 'trap "" TERM; sleep {marker}' &)
        sleep {marker}
    """
    ran = guest.run(guest.disk("d"), text, timeout=0.4)
    assert ran.result.timed_out
    assert ran.result.exit_code == 137
    assert living(marker) == []


def test_a_background_process_ends_with_the_script(guest: Guest) -> None:
    marker = f"{uuid.uuid4().int % 10**9 + 10**9}"
    assert guest.run(guest.disk("d"), f"setsid sleep {marker} & echo on").output == "on\n"
    assert living(marker) == []


def test_an_error_of_the_receiver_ends_the_script(guest: Guest) -> None:
    marker = f"{uuid.uuid4().int % 10**9 + 10**9}"

    def fail(_: bytes) -> None:
        raise ConnectionError("the log is gone")

    request = guest.request(f"echo line; sleep {marker}", on_output=fail)
    with pytest.raises(ConnectionError, match="the log is gone"):
        guest.hypervisor.run_script(guest.disk("d"), request)
    assert living(marker) == []


def test_no_control_group_is_left(guest: Guest) -> None:
    guest.output(guest.disk("d"), "true")
    assert list(Path("/sys/fs/cgroup").glob(f"*/kiln-guest-{os.getpid()}-*")) == []


def test_an_empty_disk_runs_nothing(guest: Guest) -> None:
    guest.hypervisor.create_empty_disk("data", 1)
    with pytest.raises(GuestError, match="no operating system"):
        guest.run("data", "true")


def test_a_missing_disk_is_named(guest: Guest) -> None:
    with pytest.raises(GuestError, match="There is no disk 'nowhere'"):
        guest.run("nowhere", "true")


VICTIM = """
import sys, threading
from pathlib import Path
from local.guest import Hypervisor, ScriptRequest

def show(data):
    sys.stdout.buffer.write(data)
    sys.stdout.flush()

data, script = Path(sys.argv[1]), Path(sys.argv[2])
request = ScriptRequest(script, (), {}, 60, None, show, show, threading.Event(), "vm1")
Hypervisor(data).run_script("d", request)
"""


def test_death_of_the_caller_takes_the_script_with_it_and_leaves_no_effect(
    guest: Guest, tmp_path: Path
) -> None:
    disk = guest.disk("d")
    guest.output(disk, "echo before > /tmp/file")
    marker = f"{uuid.uuid4().int % 10**9 + 10**9}"
    script = tmp_path / "script"
    script.write_text(f"echo half > /tmp/file; echo new > /tmp/other; echo ready; sleep {marker}")
    victim = subprocess.Popen(
        [sys.executable, "-c", VICTIM, str(guest.data), str(script)], stdout=subprocess.PIPE, cwd=REPOSITORY
    )
    assert victim.stdout is not None
    with victim:
        assert victim.stdout.readline() == b"ready\n"
        victim.send_signal(signal.SIGKILL)
        # The guest holds the other end of the pipe, so its end means that the guest has ended.
        victim.stdout.read()
    assert guest.output(disk, "cat /tmp/file; ls /tmp") == "before\nfile\n"
    assert living(marker) == []
    assert not list(guest.data.glob("disks/d/run-*"))
