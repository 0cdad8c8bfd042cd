"""File: its rules, what it comes to, and that this really runs."""

import hashlib
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.steps import Artifact, Step
from shared.domain.template import Customizer, FileCustomizer
from tests.unit.customizers.guest import Guest, TinyGuest

CUSTOMIZER = "File"
URI = "http://example.com/page.html"
SHA = "0" * 64


def placed(made: Step, target: Path) -> str:
    """The script of a step for /srv/target, with another destination: one under this machine's own /tmp would
    make the build user, here."""
    return made.script.replace("destination=/srv/target", f"destination='{target}'")


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
        ({"sourceUri": URI, "destination": "C:temp"}, ["destination"]),
        ({"sourceUri": URI, "destination": "C:\\temp\\"}, ["destination"]),
        ({"sourceUri": URI, "destination": "C:/temp/a?b"}, ["destination"]),
        ({"sourceUri": URI, "destination": "/x", "extract": True}, ["extract"]),
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
    [
        ("file.sh", "/etc/motd"),
        ("file_quoted.sh", "/srv/it's $HOME/`x`"),
        ("file_root.sh", "/x"),
        ("file_tmp.sh", "/tmp/x"),
        ("file.ps1", "C:\\build\\it's\\a.html"),
        ("file_beyond_ascii.ps1", "C:/b\u00fcild/\U0001f600.html"),
    ],
)
def test_the_script_quotes_its_destination(
    step: Callable[..., Step], golden: Callable[[str, str], None], name: str, destination: str
) -> None:
    made = step(sourceUri=URI, destination=destination, sha256Checksum=SHA)
    golden(name, made.script)
    assert (made.artifact, made.artifact_destination) == (Artifact(URI, SHA), destination)
    assert made.os_type == ("Windows" if name.endswith(".ps1") else "Linux")


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
    target = tmp_path / "here it is"
    target.write_text("what was there before")
    made = step(sourceUri=URI, destination="/srv/target", sha256Checksum=hashlib.sha256(content).hexdigest())
    ended = make_guest(downloader).run(placed(made, target), KILN_ARTIFACT_URI=f"{address}/f")
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
    made = step(sourceUri=URI, destination="/srv/target", sha256Checksum=SHA)
    ended = make_guest("curl").run(placed(made, goal / "file"), KILN_ARTIFACT_URI=f"{address}/f")
    assert ended.returncode == 1
    assert f"expected {SHA}, got {hashlib.sha256(b'tampered').hexdigest()}" in ended.stdout
    assert list(goal.iterdir()) == []


def test_a_missing_folder_is_named(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    made = step(sourceUri=URI, destination="/srv/target")
    ended = make_guest("curl").run(
        placed(made, tmp_path / "no/such/file"), KILN_ARTIFACT_URI="http://127.0.0.1:9/"
    )
    assert ended.returncode == 1
    assert f"the folder {tmp_path}/no/such does not exist" in ended.stdout


def test_a_folder_is_not_overwritten(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    ended = make_guest("curl").run(
        placed(step(sourceUri=URI, destination="/srv/target"), tmp_path),
        KILN_ARTIFACT_URI="http://127.0.0.1:9/",
    )
    assert ended.returncode == 1
    assert "it is a folder" in ended.stdout


def test_without_an_address_it_fails(
    step: Callable[..., Step], make_guest: Callable[..., Guest], tmp_path: Path
) -> None:
    ended = make_guest("curl").run(placed(step(sourceUri=URI, destination="/srv/target"), tmp_path / "x"))
    assert (ended.returncode, ended.stdout) == (1, "kiln: KILN_ARTIFACT_URI is not set\n")


def test_under_tmp_it_belongs_to_the_build_user_elsewhere_to_root(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "f").write_text("x")
    for destination in ("/tmp/it's", "/etc/motd"):
        made = step(sourceUri=URI, destination=destination)
        assert tiny.run(made.script, KILN_ARTIFACT_URI=f"{address}/f").returncode == 0
    owners = tiny.run("""stat -c '%a %U' "/tmp/it's" /etc/motd; ls -A /tmp""").stdout
    assert owners == "644 kilnbuild\n644 root\nit's\n"


def archived(kind: str) -> bytes:
    """An archive with the file d/a, of user 12345."""
    data = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("d/a", "hello")
    else:
        with tarfile.open(fileobj=data, mode=f"w:{kind}") as archive:
            held = tarfile.TarInfo("d/a")
            held.size, held.uid = 5, 12345
            archive.addfile(held, io.BytesIO(b"hello"))
    return data.getvalue()


@pytest.mark.parametrize("kind", ["", "gz", "xz", "zip"])
def test_an_archive_is_unpacked(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str], kind: str
) -> None:
    folder, address = blobs
    (folder / "f").write_bytes(archived(kind))
    for destination, owner in (("/opt/x y", "root"), ("/tmp/x", "kilnbuild")):
        made = step(sourceUri=URI, destination=destination, extract=True)
        ended = tiny.run(made.script, KILN_ARTIFACT_URI=f"{address}/f")
        assert (ended.returncode, ended.stdout.replace("kiln: ", "")) == (0, "")
        look = f"cat '{destination}/d/a'; stat -c '|%U' '{destination}/d/a'; ls -A '{destination}'"
        assert tiny.run(look).stdout == f"hello|{owner}\nd\n"


def test_a_folder_that_was_there_keeps_its_owner(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "f").write_bytes(archived("gz"))
    made = step(sourceUri=URI, destination="/tmp/", extract=True)
    assert tiny.run(made.script, KILN_ARTIFACT_URI=f"{address}/f").returncode == 0
    assert tiny.run("stat -c '%a %U' /tmp; ls -A /tmp").stdout == "1777 root\nd\n"


def test_what_is_no_archive_is_said(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "f").write_text("hello")
    made = step(sourceUri=URI, destination="/opt/x", extract=True)
    ended = tiny.run(made.script, KILN_ARTIFACT_URI=f"{address}/f")
    assert ended.returncode == 1
    assert "kiln: cannot unpack: is it a zip archive" in ended.stdout


@pytest.mark.parametrize(
    ("name", "destination"), [("extract.sh", "/srv/site"), ("extract.ps1", "C:\\inetpub\\wwwroot\\")]
)
def test_extracting_is_kilns_own(
    step: Callable[..., Step], golden: Callable[[str, str], None], name: str, destination: str
) -> None:
    golden(name, step(sourceUri=URI, destination=destination, extract=True).script)
