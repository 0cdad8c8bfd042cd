"""File: its rules, what it comes to, and that this really runs."""

import hashlib
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.steps import Artifact, Step
from shared.domain.template import Customizer, FileCustomizer
from tests.unit.customizers.guest import Guest

CUSTOMIZER = "File"
URI = "http://example.com/page.html"
SHA = "0" * 64


def test_all_members_are_read(read: Callable[..., Customizer]) -> None:
    made = read(name="page", sourceUri=URI, destination="/tmp/page.html", sha256Checksum=SHA)
    assert made == FileCustomizer("page", URI, "/tmp/page.html", SHA)


@pytest.mark.parametrize(
    ("members", "paths"),
    [
        ({}, ["", ""]),
        ({"sourceUri": "", "destination": ""}, ["sourceUri", "destination"]),
        ({"sourceUri": URI, "destination": "tmp/x"}, ["destination"]),
        ({"sourceUri": URI, "destination": "/tmp/"}, ["destination"]),
        ({"sourceUri": URI, "destination": "/tmp/.."}, ["destination"]),
        ({"sourceUri": URI, "destination": "/tmp/a\nb"}, ["destination"]),
        ({"sourceUri": URI, "destination": "C:\\temp\\x"}, ["destination"]),
        ({"sourceUri": "http://a b/", "destination": "/x"}, ["sourceUri"]),
        ({"sourceUri": [URI], "destination": {}}, ["sourceUri", "destination"]),
        ({"sourceUrl": URI, "destination": "/x"}, ["", "sourceUrl"]),
    ],
)
def test_faults_are_placed(
    faults: Callable[..., list[tuple[str, str, str]]], members: dict[str, object], paths: list[str]
) -> None:
    found = [path if path in members else "" for path, _, _ in faults(**members)]
    assert found == paths


@pytest.mark.parametrize(
    ("name", "destination"),
    [("file.sh", "/etc/motd"), ("file_quoted.sh", "/srv/it's $HOME/`x`"), ("file_root.sh", "/x")],
)
def test_the_script_quotes_its_destination(
    step: Callable[..., Step], golden: Callable[[str, str], None], name: str, destination: str
) -> None:
    made = step(sourceUri=URI, destination=destination, sha256Checksum=SHA)
    golden(name, made.script)
    assert (made.artifact, made.artifact_destination) == (Artifact(URI, SHA), destination)


@pytest.mark.parametrize("downloader", ["curl", "wget", "python3"])
def test_the_file_arrives(
    step: Callable[..., Step],
    make_guest: Callable[..., Guest],
    blobs: tuple[Path, str],
    tmp_path: Path,
    downloader: str,
) -> None:
    folder, address = blobs
    content = bytes(range(256)) * 1000
    (folder / "f").write_bytes(content)
    target = tmp_path / "it's here"
    target.write_text("what was there before")
    made = step(sourceUri=URI, destination=str(target), sha256Checksum=hashlib.sha256(content).hexdigest())
    ended = make_guest(downloader).run(made.script, KILN_ARTIFACT_URI=f"{address}/f")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert target.read_bytes() == content
    assert stat.S_IMODE(target.stat().st_mode) == 0o644


def test_a_wrong_checksum_leaves_the_destination_alone(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str], tmp_path: Path
) -> None:
    folder, address = blobs
    (folder / "f").write_text("tampered")
    goal = tmp_path / "goal"
    goal.mkdir()
    made = step(sourceUri=URI, destination=f"{goal}/file", sha256Checksum=SHA)
    ended = make_guest("curl").run(made.script, KILN_ARTIFACT_URI=f"{address}/f")
    assert ended.returncode == 1
    assert f"expected {SHA}, got {hashlib.sha256(b'tampered').hexdigest()}" in ended.stdout
    assert list(goal.iterdir()) == []


def test_a_missing_folder_is_named(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    made = step(sourceUri=URI, destination=f"{tmp_path}/no/such/file")
    ended = make_guest("curl").run(made.script, KILN_ARTIFACT_URI="http://127.0.0.1:9/")
    assert ended.returncode == 1
    assert f"the folder {tmp_path}/no/such does not exist" in ended.stdout


def test_a_folder_is_not_overwritten(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    ended = make_guest("curl").run(
        step(sourceUri=URI, destination=str(tmp_path)).script, KILN_ARTIFACT_URI="http://127.0.0.1:9/"
    )
    assert ended.returncode == 1
    assert "it is a folder" in ended.stdout


def test_without_an_address_it_fails(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    ended = make_guest("curl").run(step(sourceUri=URI, destination=f"{tmp_path}/x").script)
    assert (ended.returncode, ended.stdout) == (1, "kiln: KILN_ARTIFACT_URI is not set\n")
