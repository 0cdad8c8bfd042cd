"""A disk made of its base's disk and the changes has the same files as one that is written whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local.guest import ext4_extract
from local.guest.disk import build
from local.guest.disk.layout import layout
from local.guest.isolation import Tier
from local.guest.store import DiskState, Store

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

    def note(store: Store, tier: Tier, disk: DiskState, out: Path) -> bool:
        outcomes.append(by_changes(store, tier, disk, out))
        return outcomes[-1]

    monkeypatch.setattr(build, "_build_by_changes", note)
    delta = guest.hypervisor.export_vhd("delta")
    assert outcomes == ["odd name" not in "".join(changes)]
    monkeypatch.setattr(build, "_build_by_changes", lambda *_: False)
    whole = guest.hypervisor.export_vhd("whole")
    assert files(delta, tmp_path / "delta") == files(whole, tmp_path / "whole")
    offset = layout(1).root.offset
    subprocess.run(["e2fsck", "-fn", f"{delta}?offset={offset}"], check=True, capture_output=True)
