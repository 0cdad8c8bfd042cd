"""`kiln doctor`."""

import json

import pytest

from cli.app import main
from cli.local import checks
from cli.local.home import Home
from cli.local.processes import Running


@pytest.fixture
def scripted(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("KILN_HOME", str(home.root))
    return home


def test_what_is_wrong_comes_with_its_fix_and_exit_1(
    scripted: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [checks.Check("one", True, "fine", "not needed"), checks.Check("two", False, "bad", "do this")]
    monkeypatch.setattr(checks, "run_checks", lambda _: found)
    assert main(["doctor"]) == 1
    assert capsys.readouterr().out == "one\tok\tfine\t\ntwo\tWRONG\tbad\tdo this\n"


def test_all_fine_exits_0(
    scripted: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checks, "run_checks", lambda _: [checks.Check("one", True, "fine")])
    assert main(["doctor", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"name": "one", "ok": True, "finding": "fine", "fix": ""}]


def test_missing_packages_are_named() -> None:
    check = checks.check_packages({"no-such-package": "no-such-tool"})
    assert (check.ok, check.advice) == (False, "as root: apt-get install no-such-package")


def test_azurite_that_is_not_installed_is_told(home: Home) -> None:
    assert not checks.check_azurite(home).ok


def test_parts_run_together_or_not_at_all() -> None:
    running = Running("cloud", 1, "", "", None)
    assert checks.check_parts({"azurite": None, "cloud": None}).ok
    assert checks.check_parts({"azurite": running, "cloud": running}).ok
    some = checks.check_parts({"azurite": None, "cloud": running})
    assert (some.ok, some.advice) == (False, "./kiln up starts azurite again")


def test_too_little_disk_space_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "LEAST_FREE_BYTES", 1 << 60)
    assert not checks.check_disk(home).ok


def test_the_guests_choices_are_shown(home: Home) -> None:
    check = checks.check_ways(home)
    assert check.ok
    assert check.finding.startswith("bases are built ")
    assert check.finding.endswith(("; disks share blocks", "; disks are copied ahead"))
    assert not list(home.root.glob("doctor-*"))
