"""What is installed for the local parts, and what is said where it cannot be."""

from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from cli.local import azurite, debian
from cli.local.files import write_json
from cli.local.home import Home
from cli.local.ports import DEFAULT_PORTS


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(debian, "SEARCH_PATH", str(folder))
    return folder


def program(folder: Path, name: str, body: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{body}\n")
    (folder / name).chmod(0o755)


def test_a_package_is_missing_when_its_tool_is(tools: Path) -> None:
    program(tools, "bwrap")
    assert debian.missing({"bubblewrap": "bwrap", "mtools": "mcopy"}) == ["mtools"]


def test_nothing_missing_starts_nothing(tools: Path) -> None:
    program(tools, "bwrap")
    debian.install({"bubblewrap": "bwrap"})


def test_packages_are_installed_by_apt(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    program(tools, "env", 'shift; exec "$@"')
    program(tools, "apt-get", f'echo "$*" >> {tools}/calls; [ "$1" = update ] || : > {tools}/bwrap')
    debian.install({"bubblewrap": str(tools / "bwrap")})
    assert (tools / "calls").read_text().splitlines() == [
        "update -q",
        "install -q -y --no-install-recommends bubblewrap",
    ]


def test_a_package_that_does_not_install_is_told_with_what_apt_said(
    tools: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    program(tools, "env", 'shift; exec "$@"')
    program(tools, "apt-get", "echo 'E: Unable to locate package' >&2; exit 100")
    with pytest.raises(debian.PackagesMissingError, match="Unable to locate package"):
        debian.install({"bubblewrap": "bwrap"})


def test_without_root_or_sudo_the_command_is_named(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    program(tools, "apt-get")
    with pytest.raises(debian.PackagesMissingError, match="as root, run: apt-get install bubblewrap"):
        debian.install({"bubblewrap": "bwrap"})


def test_sudo_that_would_ask_is_not_used(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    program(tools, "apt-get")
    program(tools, "sudo", "exit 1")
    with pytest.raises(debian.PackagesMissingError):
        debian.install({"bubblewrap": "bwrap"})


def test_another_distribution_is_told(tools: Path) -> None:
    with pytest.raises(debian.PackagesMissingError, match="no Debian or Ubuntu"):
        debian.install({"bubblewrap": "bwrap"})


@pytest.mark.parametrize(("version", "usable"), [("v20.1.0", True), ("v16.20.0", False), ("oops", False)])
def test_the_machines_node_is_used_when_it_is_new_enough(
    tools: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, *, usable: bool
) -> None:
    monkeypatch.setattr(azurite.sysconfig, "get_path", lambda _: str(tmp_path / "no-environment"))
    program(tools, "node", f"echo {version}")
    assert azurite.node() == (str(tools / "node") if usable else None)


def test_azurite_that_is_installed_is_not_installed_again(home: Home, tools: Path) -> None:
    program(tools, "node", "echo v22.0.0")
    package = home.npm / "node_modules" / "azurite"
    package.mkdir(parents=True)
    write_json(package / "package.json", {"version": azurite.VERSION})
    azurite.install(home)


def test_npm_that_fails_is_told_with_its_last_lines(home: Home, tools: Path) -> None:
    program(tools, "node", "echo v22.0.0")
    program(tools, "npm", "echo 'npm error 404' >&2; exit 1")
    with pytest.raises(azurite.AzuriteMissingError, match="npm error 404"):
        azurite.install(home)


def test_the_sdk_reads_the_connection_string_with_the_chosen_ports() -> None:
    text = azurite.connection_string({**DEFAULT_PORTS, "blob": 12345})
    with BlobServiceClient.from_connection_string(text) as client:
        assert client.url == "http://127.0.0.1:12345/devstoreaccount1/"
        assert client.account_name == "devstoreaccount1"
