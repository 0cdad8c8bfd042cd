"""`kiln reset`: state goes, caches stay unless told otherwise."""

from pathlib import Path

import pytest

from cli.app import main
from cli.local.home import Home
from cli.local.state import remove_state

BASE = '{"layers": ["aaaa"], "size_gib": 1, "root_uuid": "", "bootable": false}'
CAPTURED = '{"layers": ["aaaa", "bbbb"], "size_gib": 1, "root_uuid": "", "bootable": false}'


@pytest.fixture
def used(home: Home) -> Home:
    """What a few builds leave."""
    files = {
        "npm/node_modules/azurite/package.json": "{}",
        "azurite/db.json": "{}",
        "cloud/cloud.sqlite": "",
        "cloud/guest/contents/base-tiny-123.json": BASE,
        "cloud/guest/contents/captured.json": CAPTURED,
        "cloud/guest/layers/aaaa/etc/motd": "base",
        "cloud/guest/layers/bbbb/etc/motd": "changed",
        "cloud/guest/disks/os-1/state.json": CAPTURED,
        "endpoints.json": "{}",
    }
    for name, content in files.items():
        path = home.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return home


def files_in(home: Home) -> set[str]:
    paths = (path for path in home.root.rglob("*") if path.is_file() and path.parent.name != "locks")
    return {str(path.relative_to(home.root)) for path in paths}


def test_caches_stay(used: Home) -> None:
    remove_state(used, keep_caches=True)
    assert files_in(used) == {
        "npm/node_modules/azurite/package.json",
        "cloud/guest/contents/base-tiny-123.json",
        "cloud/guest/layers/aaaa/etc/motd",
    }


def test_all_removes_the_caches_too(used: Home) -> None:
    remove_state(used, keep_caches=False)
    assert list(used.root.iterdir()) == []


def test_nothing_to_remove_is_no_error(tmp_path: Path) -> None:
    assert remove_state(Home(tmp_path / "never-used"), keep_caches=True) == []


def test_the_command_says_what_it_did(
    used: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KILN_HOME", str(used.root))
    assert main(["reset", "--all"]) == 0
    assert str(used.root) in capsys.readouterr().out
