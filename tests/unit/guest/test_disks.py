"""Disks and contents: sharing, independence, removal, merging."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from local.guest import GuestError, Hypervisor
from local.guest.merge import MOST_LAYERS
from local.guest.store import Store

from .conftest import Guest


def layers(guest: Guest) -> set[str]:
    return {path.name for path in (guest.data / "layers").iterdir()} - {"empty"}


def test_a_content_is_a_moment_of_its_disk(guest: Guest) -> None:
    disk = guest.disk("d")
    guest.output(disk, "echo one > /root/file")
    guest.hypervisor.freeze(disk, "c")
    guest.output(disk, "echo two > /root/file; rm /etc/hosts")
    guest.hypervisor.freeze(disk, "c")
    copy = guest.disk("copy", "c")
    assert guest.output(copy, "cat /root/file; ls /etc/hosts") == "one\n/etc/hosts\n"
    guest.output(copy, "echo three > /root/file")
    assert guest.output(disk, "cat /root/file") == "two\n"
    assert guest.output(guest.disk("second", "c"), "cat /root/file") == "one\n"


def test_making_a_disk_again_keeps_it(guest: Guest) -> None:
    guest.output(guest.disk("d"), "echo x > /root/file")
    assert guest.output(guest.disk("d"), "cat /root/file") == "x\n"


def test_a_disk_cannot_be_smaller_than_its_content(guest: Guest) -> None:
    guest.hypervisor.create_disk("large", guest.tiny, 5)
    guest.hypervisor.freeze("large", "c")
    with pytest.raises(GuestError, match="less than its source's 5 GiB") as caught:
        guest.disk("small", "c")
    assert caught.value.code == "DiskTooSmall"


def test_an_unknown_content_is_named(guest: Guest) -> None:
    with pytest.raises(GuestError, match="no content 'nothing'"):
        guest.disk("d", "nothing")


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a:b", ".hidden", "x" * 200, "a,b"])
def test_names_are_file_names(guest: Guest, name: str) -> None:
    with pytest.raises(GuestError, match="cannot name"):
        guest.hypervisor.create_empty_disk(name, 1)


def test_removal_takes_only_what_nobody_uses(guest: Guest) -> None:
    disk = guest.disk("d")
    base = layers(guest)
    guest.output(disk, "echo one > /root/one")
    guest.hypervisor.freeze(disk, "c")
    shared = layers(guest)
    guest.output(disk, "echo two > /root/two")
    child = guest.disk("child", "c")
    guest.hypervisor.delete_disk(disk)
    guest.hypervisor.delete_disk(disk)
    assert layers(guest) == shared
    guest.hypervisor.delete_content("c")
    guest.hypervisor.delete_content("c")
    assert guest.output(child, "cat /root/one") == "one\n"
    guest.hypervisor.delete_disk(child)
    assert layers(guest) == base
    assert not list((guest.data / "temporary").iterdir())
    assert not list((guest.data / "disks").iterdir())
    assert not list((guest.data / "locks").iterdir())


CHANGES = (
    "mkdir -p /srv/a/b; echo 1 > /srv/a/b/f; echo 2 > /srv/a/g; ln /srv/a/g /srv/a/hard; ln -s g /srv/a/soft",
    "rm -r /srv/a/b; rm /etc/hosts; chmod 700 /home",
    "mkdir /srv/a/b; echo 3 > /srv/a/b/new; chown nobody:nogroup /srv/a/b/new; chmod 4755 /srv/a/b/new",
    "mv /srv/a /srv/moved; mv /var/log /var/log2; mkdir /var/log; echo x > /var/log/x",
    "rm -r /mnt; echo file > /mnt; rm /bin/wget; mkdir /bin/wget; touch '/srv/odd name\n with a line'",
    "mkfifo /srv/pipe; rm -r /usr/local; mkdir -p /usr/local/bin; echo y > /usr/local/bin/y",
)
# Without the link counts of directories, which are overlayfs's own affair.
LISTING = (
    "cd /; find . -xdev \\( -path ./proc -o -path ./dev -o -path ./run -o -path ./var/lib \\) -prune -o"
    " -print0 | sort -z | xargs -0 -n1 stat -c '%F %a %u %g %N'; find . -xdev -type f -links +1 | sort;"
    " find /srv /etc /mnt /usr/local -type f -print0 | sort -z | xargs -0 sha256sum"
)


def test_many_layers_become_few_with_the_same_effect(guest: Guest) -> None:
    merged, control = guest.disk("merged"), guest.disk("control")
    for change in CHANGES:
        guest.output(merged, change)
    guest.output(control, "\n".join(CHANGES))
    for _ in range(MOST_LAYERS - len(CHANGES)):
        guest.output(merged, "true")
    state = guest.hypervisor._store.disk(merged)
    assert len(state.layers) == 2
    assert guest.output(merged, LISTING) == guest.output(control, LISTING)
    assert not list((guest.data / "temporary").iterdir())


def test_merging_leaves_contents_alone(guest: Guest) -> None:
    disk = guest.disk("d")
    guest.output(disk, "echo early > /root/file")
    guest.hypervisor.freeze(disk, "c")
    for _ in range(MOST_LAYERS):
        guest.output(disk, "echo late >> /root/file")
    assert guest.output(guest.disk("copy", "c"), "cat /root/file") == "early\n"
    assert guest.output(disk, "wc -l < /root/file") == f"{MOST_LAYERS + 1}\n"


def test_concurrent_callers_prepare_one_base(tmp_path: Path) -> None:
    barrier = threading.Barrier(6)

    def prepare(_: int) -> str:
        hypervisor = Hypervisor(tmp_path)
        tiny = next(image for image in hypervisor.marketplace() if image.offer == "tiny")
        barrier.wait()
        return hypervisor.prepare(tiny)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(prepare, range(6)))) == 1
    assert len(list((tmp_path / "layers").iterdir())) == 1


def test_a_lock_excludes_every_other_holder(tmp_path: Path) -> None:
    store, counter = Store(tmp_path), tmp_path / "counter"
    counter.write_text("0")

    def count(_: int) -> None:
        with store.lock("one"):
            counter.write_text(str(int(counter.read_text()) + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, range(400)))
    assert counter.read_text() == "400"


def test_scripts_of_one_disk_run_one_after_the_other(guest: Guest) -> None:
    disk = guest.disk("d")
    requests = [guest.request("cat /root/count 2>/dev/null; echo x >> /root/count")] * 5
    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(lambda request: guest.hypervisor.run_script(disk, request), requests))
    assert [result.exit_code for result in results] == [0] * 5
    assert guest.output(disk, "wc -l < /root/count") == "5\n"


def test_disks_run_at_the_same_time(guest: Guest) -> None:
    """Each script waits for the other's output, so neither could end first."""
    arrived = threading.Barrier(2, timeout=20)
    names = [guest.disk("a"), guest.disk("b")]

    def wait(_: bytes) -> None:
        arrived.wait()

    def run(name: str) -> int:
        request = guest.request("echo here", on_output=wait)
        return guest.hypervisor.run_script(name, request).exit_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, names)) == [0, 0]


def test_what_dead_processes_left_is_removed(tmp_path: Path) -> None:
    Hypervisor(tmp_path)
    leftover = tmp_path / "temporary" / "999999999-abc"
    (leftover / "tree").mkdir(parents=True)
    assert Hypervisor(tmp_path).tier().startswith(("root", "user"))
    assert not leftover.exists()
