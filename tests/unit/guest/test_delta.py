"""A disk made of its base's disk and the changes has the same files as one that is written whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.guest import ext4_extract
from local.guest.changes import Changes
from local.guest.disk import build
from local.guest.disk.layout import GIB, layout
from local.guest.isolation import Tier
from local.guest.store import DiskState, Store
from local.guest.vhd import FOOTER_SIZE

from .conftest import Guest
from .test_disks import CHANGES

MORE = (
    "mkdir -p /srv/deep/er; i=0; while [ $i -lt 120 ]; do echo $i > /srv/deep/f$i; i=$((i + 1)); done",
    "mv /srv/deep /srv/elsewhere; echo x > /srv/elsewhere/er/x; ln /srv/elsewhere/f1 /srv/elsewhere/f1b",
    "ln -s /a/long/target/that/does/not/fit/into/an/inode/because/it/has/more/than/sixty/letters /srv/long",
    "rm /etc/hosts; mkdir /etc/hosts; echo y > /etc/hosts/file",
    "chown 12345:70000 /etc/hosts; chmod 1751 /etc/hosts",
    "head -c 3000000 /dev/urandom > /srv/big; truncate -s 50000000 /srv/sparse",
    "mknod /srv/n p; chmod 600 /srv/n",
    "touch -d '2001-02-03 04:05:06' /etc/passwd /srv; rm -rf /var/log2; chmod 711 /",
    "rm /bin/vi; ln /bin/sh /bin/vi",
)


def files(vhd: Path, into: Path) -> list[tuple[str, ...]]:
    """Every file of the root file system: path, kind, rights, owners, time, links, content."""
    into.mkdir()
    device = f"{vhd}?offset={layout(1).root.offset}"
    command = [sys.executable, "-I", "-S", ext4_extract.__file__, device, str(into)]
    subprocess.run(command, check=True)
    return [described(path, into) for path in [into, *sorted(into.rglob("*"))]]


def described(path: Path, root: Path) -> tuple[str, ...]:
    status = path.lstat()
    facts = [f"{status.st_mode:o}", str(status.st_uid), str(status.st_gid)]
    if path.is_symlink():
        return (str(path.relative_to(root)), *facts, str(path.readlink()))
    if path.is_dir() and path != root:
        facts.append(str(int(status.st_mtime)))
    if path.is_file():
        facts.append(str(int(status.st_mtime)))
        facts += [str(status.st_nlink), path.read_bytes().hex()[:10000], str(status.st_size)]
    return (str(path.relative_to(root)), *facts)


@pytest.mark.parametrize("changes", [CHANGES, MORE, (*CHANGES, *MORE), ("true",)])
def test_by_changes_or_whole(
    guest: Guest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: tuple[str, ...]
) -> None:
    disk = guest.disk("d")
    for change in changes:
        guest.output(disk, change)
    guest.hypervisor.freeze(disk, "delta")
    guest.hypervisor.freeze(disk, "whole")
    by_changes = build._build_by_changes
    outcomes: list[bool] = []

    def note(store: Store, tier: Tier, disk: DiskState, out: Path) -> Changes | None:
        found = by_changes(store, tier, disk, out)
        outcomes.append(found is not None)
        return found

    monkeypatch.setattr(build, "_build_by_changes", note)
    delta = guest.hypervisor.export_vhd("delta")
    assert outcomes == ["odd name" not in "".join(changes)]
    monkeypatch.setattr(build, "_build_by_changes", lambda *_: None)
    whole = guest.hypervisor.export_vhd("whole")
    assert files(delta, tmp_path / "delta") == files(whole, tmp_path / "whole")
    offset = layout(1).root.offset
    subprocess.run(["e2fsck", "-fn", f"{delta}?offset={offset}"], check=True, capture_output=True)


def exported(guest: Guest, change: str, content: str) -> Path:
    disk = guest.disk(f"{content}-disk")
    guest.output(disk, change)
    guest.hypervisor.freeze(disk, content)
    return guest.hypervisor.export_vhd(content)


def test_outside_of_its_changes_a_disk_has_its_bases_bytes(guest: Guest) -> None:
    vhd = exported(guest, "; ".join(MORE), "c")
    changes = guest.hypervisor.changes("c")
    assert changes is not None
    assert not guest.hypervisor.changes("other")
    written = vhd.read_bytes()[:-FOOTER_SIZE]
    rebuilt = bytearray(changes.base.read_bytes())
    assert rebuilt != written
    for start, length in changes.ranges:
        rebuilt[start : start + length] = written[start : start + length]
    assert rebuilt == written
    assert sum(length for _, length in changes.ranges) < 10_000_000


def test_a_disk_that_is_no_longer_needed_waits_for_the_next_export(guest: Guest) -> None:
    first = exported(guest, "; ".join(MORE), "c")
    changes = guest.hypervisor.changes("c")
    assert changes is not None
    inode, base = first.stat().st_ino, changes.base
    guest.hypervisor.delete_content("c")
    [spare] = base.parent.glob(f"{base.name}.*")
    assert spare.read_bytes() == base.read_bytes()
    assert not list(guest.data.glob("contents/c.*"))
    second = exported(guest, "echo hi > /etc/motd", "d")
    assert second.stat().st_ino == inode
    with guest.hypervisor.exported("d") as vhd:
        assert vhd == second
    assert not second.exists()
    assert guest.hypervisor.export_vhd("d").stat().st_ino == inode
    assert not list(base.parent.glob(f"{base.name}.*"))


def test_a_copy_of_an_earlier_boot_is_not_used(guest: Guest) -> None:
    exported(guest, "true", "c")
    changes = guest.hypervisor.changes("c")
    assert changes is not None
    stale = changes.base.with_name(f"{changes.base.name}.00000000-1")
    stale.write_bytes(b"torn")
    assert exported(guest, "true", "d").stat().st_size > GIB
    assert stale.exists()
