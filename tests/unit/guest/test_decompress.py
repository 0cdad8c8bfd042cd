"""Packages without compression are the same packages."""

import subprocess
from pathlib import Path

import pytest

from local.guest.bootstrap_image import HOOKS

CONTROL = "Package: some\nVersion: 1.0\nArchitecture: all\nMaintainer: m <m@example.org>\nDescription: d\n"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    tree = tmp_path / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(CONTROL)
    (tree / "file").write_text("content\n" * 10_000)
    folder = tmp_path / "fetched"
    folder.mkdir()
    (folder / "lock").touch()
    built = folder / "some_1%3a1.0_all.deb"
    subprocess.run(["dpkg-deb", "--build", "--root-owner-group", "-Zxz", tree, built], check=True)
    return built


def decompress(folder: Path) -> None:
    """Nobody holds the lock, so it ends after what is there."""
    subprocess.run([HOOKS / "decompress.sh", folder], check=True, timeout=20)


@pytest.mark.parametrize("part", ["--ctrl-tarfile", "--fsys-tarfile"])
def test_dpkg_reads_the_same_out_of_it(package: Path, part: str) -> None:
    decompress(package.parent)
    plain = package.with_name(f"{package.name}.plain")
    assert plain.stat().st_size > package.stat().st_size
    before, after = (subprocess.check_output(["dpkg-deb", part, file]) for file in (package, plain))
    assert before == after


def test_what_is_no_package_gets_none_and_stops_nothing(package: Path) -> None:
    (package.parent / "broken.deb").write_text("cut short")
    decompress(package.parent)
    assert [file.name for file in package.parent.glob("*.plain")] == [f"{package.name}.plain"]


def test_when_there_are_enough_it_ends(package: Path) -> None:
    (package.parent / "enough").touch()
    decompress(package.parent)
    assert not list(package.parent.glob("*.plain"))
