"""Images from tarballs, VHDs and qcow2 disks that users bring."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from local.guest import GuestError
from local.guest.marketplace import MarketplaceImage
from local.guest.recipes import DiskRecipe, Recipe, TarRecipe

from .conftest import Guest

FILES = """
mkdir -p '/srv/sp ace'; echo one > '/srv/sp ace/q"uote'
ln '/srv/sp ace/q"uote' /srv/hard; ln -s hard /srv/soft
echo x > /srv/suid; chown 5:6 /srv/suid; chmod 4750 /srv/suid
mkfifo -m 620 /srv/pipe; mkdir -m 2775 /srv/group
chown 7:8 /srv/group /srv/pipe; touch -d '2001-02-03 04:05:06' /srv/suid; : > /etc/fstab
i=0; while [ $i -lt 200 ]; do echo $i > "/srv/sp ace/$i"; i=$((i + 1)); done
"""
LISTING = (
    "cd /; find . -xdev \\( -path ./proc -o -path ./dev -o -path ./run -o -path ./var/lib/waagent \\) -prune"
    " -o ! -type d -print0 | sort -z | xargs -0 stat -c '%F %a %u %g %h %s %N';"
    " find /srv /tmp /root -type d -print0 | sort -z | xargs -0 stat -c '%a %u %g %n';"
    " find /srv -type f -print0 | sort -z | xargs -0 sha256sum; stat -c %Y /srv/suid"
)


@pytest.fixture
def disk(guest: Guest) -> str:
    guest.output(guest.disk("d"), FILES)
    guest.hypervisor.freeze("d", "c")
    return "d"


def image(recipe: Recipe) -> MarketplaceImage:
    return MarketplaceImage("me", "mine", "one", "1.0.0", "Linux", "V2", "x64", 1, recipe)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def tarball(guest: Guest, tmp_path: Path) -> Path:
    tree = guest.data / "layers" / guest.hypervisor._store.content(guest.tiny).layers[0]
    path = tmp_path / "root.tar.gz"
    subprocess.run(["tar", "-C", tree, "-czf", path, "."], check=True)
    return path


def test_a_vhd_and_a_qcow2_give_the_same_files(guest: Guest, disk: str, tmp_path: Path) -> None:
    vhd, qcow2 = guest.hypervisor.export_vhd("c"), tmp_path / "disk.qcow2"
    recipes = [DiskRecipe(str(vhd), "vhd")]
    if shutil.which("qemu-img"):
        subprocess.run(["qemu-img", "convert", "-f", "vpc", "-O", "qcow2", vhd, qcow2], check=True)
        recipes.append(DiskRecipe(str(qcow2), "qcow2", sha256(qcow2)))
    expected = guest.output(disk, LISTING)
    for number, recipe in enumerate(recipes):
        content = guest.hypervisor.prepare(image(recipe))
        assert guest.output(guest.disk(f"from-{number}", content), LISTING) == expected


def test_an_imported_vhd_keeps_its_identity(guest: Guest, disk: str) -> None:
    guest.hypervisor.import_vhd(guest.hypervisor.export_vhd("c"), "imported", "Linux")
    store = guest.hypervisor._store
    assert store.content("imported").root_uuid == store.content("c").root_uuid
    assert guest.output(guest.disk("again", "imported"), LISTING) == guest.output(disk, LISTING)


def test_a_tarball_of_this_machine(guest: Guest, tarball: Path) -> None:
    content = guest.hypervisor.prepare(image(TarRecipe(str(tarball))))
    assert guest.output(guest.disk("t", content), "cat /etc/os-release").startswith("ID=kiln-tiny")
    tarball.touch()
    assert guest.hypervisor.prepare(image(TarRecipe(str(tarball)))) != content


def test_a_tarball_from_the_web(guest: Guest, tarball: Path) -> None:
    handler = partial(QuietHandler, directory=str(tarball.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/root.tar.gz"
        content = guest.hypervisor.prepare(image(TarRecipe(url, sha256(tarball))))
        assert guest.output(guest.disk("t", content), "echo up") == "up\n"
        with pytest.raises(GuestError, match="not 0000") as wrong:
            guest.hypervisor.prepare(image(TarRecipe(url, "0" * 64)))
        with pytest.raises(GuestError, match="404") as missing:
            guest.hypervisor.prepare(image(TarRecipe(f"{url}.xz", "1" * 64)))
        server.shutdown()
    assert (wrong.value.code, missing.value.code) == ("WrongChecksum", "ImageNotReadable")
    assert not list((guest.data / "temporary").iterdir())


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """A test's output is its own."""


@pytest.mark.parametrize(
    ("start", "offset", "problem"),
    [
        (b"", 0, "its partitions hold: nothing known"),
        (b"XFSB", 0, "hold: XFS"),
        (b"LABELONE", 512, "hold: LVM"),
    ],
)
def test_a_disk_without_an_ext4_root_is_refused(
    guest: Guest, tmp_path: Path, start: bytes, offset: int, problem: str
) -> None:
    disk = tmp_path / "disk.raw"
    disk.write_bytes(bytes(offset) + start + bytes(1 << 20))
    with pytest.raises(GuestError, match=problem):
        guest.hypervisor.prepare(image(DiskRecipe(str(disk), "raw")))


def test_a_bare_file_system_is_a_root_and_a_split_one_is_not(guest: Guest, tmp_path: Path) -> None:
    tree, disk = tmp_path / "tree", tmp_path / "disk.raw"
    for name in ("etc", "usr", "bin"):
        (tree / name).mkdir(parents=True)
    (tree / "bin/sh").write_text("")
    subprocess.run(["mke2fs", "-q", "-d", tree, disk, "8M"], check=True)
    guest.hypervisor.prepare(image(DiskRecipe(str(disk), "raw")))
    (tree / "etc/fstab").write_text("# /dev/x /home\nUUID=1 /boot ext4 defaults\n")
    disk.unlink()
    subprocess.run(["mke2fs", "-q", "-d", tree, disk, "8M"], check=True)
    with pytest.raises(GuestError, match="has /boot on a partition of its own"):
        guest.hypervisor.prepare(image(DiskRecipe(str(disk), "raw")))


def test_what_is_no_root_file_system_is_refused(guest: Guest, tmp_path: Path) -> None:
    archive = tmp_path / "notes.tar"
    (tmp_path / "notes").write_text("not an image")
    subprocess.run(["tar", "-C", tmp_path, "-cf", archive, "notes"], check=True)
    with pytest.raises(GuestError, match="there is no /bin/sh"):
        guest.hypervisor.prepare(image(TarRecipe(str(archive))))
