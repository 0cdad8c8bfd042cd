"""Shell: its rules, what it comes to, and that this really runs."""

import hashlib
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.steps import Artifact, Step
from shared.domain.template import Customizer, ShellCustomizer
from tests.unit.customizers.guest import Guest

CUSTOMIZER = "Shell"
URI = "https://example.com/setup.sh"
SHA = "a" * 64


def test_inline_lines_are_kept_in_order(read: Callable[..., Customizer]) -> None:
    assert read(name="two", inline=["echo 1", "", "echo 2"]) == ShellCustomizer(
        "two", inline=("echo 1", "", "echo 2")
    )


def test_a_script_may_have_a_checksum(read: Callable[..., Customizer]) -> None:
    assert read(scriptUri=URI, sha256Checksum=SHA) == ShellCustomizer("", URI, (), SHA)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({}, ("", "NoCustomizerScript")),
        ({"inline": []}, ("", "NoCustomizerScript")),
        ({"scriptUri": ""}, ("", "NoCustomizerScript")),
        ({"inline": ["", "  "]}, ("inline", "NoCustomizerScript")),
        ({"inline": ["true"], "scriptUri": URI}, ("", "ValidationFailed")),
        ({"inline": "true"}, ("inline", "ValidationFailed")),
        ({"inline": ["true", 5]}, ("inline[1]", "ValidationFailed")),
        ({"inline": ["nul\0"]}, ("inline[0]", "ValidationFailed")),
        ({"scriptUri": "file:///etc/passwd"}, ("scriptUri", "ValidationFailed")),
        ({"scriptUri": "https://"}, ("scriptUri", "ValidationFailed")),
        ({"scriptUri": "https://[::1"}, ("scriptUri", "ValidationFailed")),
        ({"scriptUri": "https://host:port/x"}, ("scriptUri", "ValidationFailed")),
        ({"scriptUri": URI, "sha256Checksum": SHA.upper()}, ("sha256Checksum", "ValidationFailed")),
        ({"scriptUri": URI, "sha256Checksum": "a" * 63}, ("sha256Checksum", "ValidationFailed")),
        ({"inline": ["true"], "sha256Checksum": SHA}, ("sha256Checksum", "ValidationFailed")),
        ({"inline": ["true"], "name": "a\nb"}, ("name", "ValidationFailed")),
        ({"inline": ["true"], "runElevated": True}, ("runElevated", "ValidationFailed")),
    ],
)
def test_a_fault_is_placed_and_coded(
    faults: Callable[..., list[tuple[str, str, str]]], members: dict[str, object], fault: tuple[str, str]
) -> None:
    assert [found[:2] for found in faults(**members)] == [fault]


def test_a_wrong_case_is_named(faults: Callable[..., list[tuple[str, str, str]]]) -> None:
    [(path, _, message)] = faults(scriptURI=URI)
    assert path == "scriptURI"
    assert 'did you mean "scriptUri"?' in message


def test_inline_becomes_one_script(step: Callable[..., Step], golden: Callable[[str, str], None]) -> None:
    made = step(inline=["echo 'a b'", "exit 3"])
    golden("shell_inline.sh", made.script)
    assert (made.index, made.type, made.name, made.artifact) == (3, "Shell", "customize[3]", None)


@pytest.mark.parametrize(("name", "checksum"), [("shell_uri.sh", ""), ("shell_uri_checksum.sh", SHA)])
def test_a_fetched_script_gets_a_script_around_it(
    step: Callable[..., Step], golden: Callable[[str, str], None], name: str, checksum: str
) -> None:
    made = step(name="set up", scriptUri=URI, sha256Checksum=checksum)
    golden(name, made.script)
    assert (made.name, made.artifact) == ("set up", Artifact(URI, checksum))


def test_inline_stops_at_the_first_failing_line(step: Callable[..., Step], tmp_path: Path) -> None:
    script = tmp_path / "inline.sh"
    script.write_text(step(inline=["echo one", "false", "echo two"]).script)
    script.chmod(0o755)
    ended = subprocess.run([script], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "one\n")


@pytest.mark.parametrize("downloader", ["curl", "wget", "python3"])
def test_a_fetched_script_runs_and_its_exit_code_counts(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str], downloader: str
) -> None:
    folder, address = blobs
    script = b"#!/bin/sh\necho out $1; echo err >&2; exit 42\n"
    (folder / "s").write_bytes(script)
    made = step(scriptUri=URI, sha256Checksum=hashlib.sha256(script).hexdigest())
    ended = make_guest(downloader).run(made.script, KILN_ARTIFACT_URI=f"{address}/s")
    assert (ended.returncode, ended.stdout, ended.stderr) == (42, "out\nerr\n", "")


def test_the_scripts_own_shebang_counts_and_windows_line_ends_do_not_hurt(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_bytes(b"#!/bin/sh -e\r\nfalse\r\necho not here\r\n")
    ended = make_guest("curl").run(step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


def test_the_script_sees_neither_the_address_nor_a_terminal_and_leaves_nothing(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_bytes(b'#!/bin/sh\nenv\necho "at $0"\ncat\n')
    ended = make_guest("curl").run(
        step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s", KILN_ARTIFACT_SHA256=""
    )
    assert ended.returncode == 0
    assert "KILN_" not in ended.stdout
    where = Path(ended.stdout.rpartition("at ")[2].strip())
    assert not where.parent.exists()


def test_a_wrong_checksum_runs_nothing(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_text("#!/bin/sh\necho ran\n")
    guest = make_guest("curl")
    ended = guest.run(step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s", KILN_ARTIFACT_SHA256=SHA)
    assert ended.returncode == 1
    assert f"checksum mismatch: expected {SHA}" in ended.stdout


def test_what_cannot_be_fetched_is_said_without_the_address(
    step: Callable[..., Step], make_guest: Callable[..., Guest], blobs: tuple[Path, str]
) -> None:
    # A function comes before busybox's own sleep: the pauses between attempts take no time.
    script = step(scriptUri=URI).script.replace("set -eu\n", "set -eu\nsleep() { :; }\n")
    ended = make_guest("curl").run(script, KILN_ARTIFACT_URI=f"{blobs[1]}/absent?sig=s3cret")
    assert ended.returncode == 1
    assert "cannot download the staged file" in ended.stdout
    assert "s3cret" not in ended.stdout


def test_an_image_without_a_downloader_says_so(
    step: Callable[..., Step], make_guest: Callable[..., Guest]
) -> None:
    guest = make_guest()
    if "busybox" in guest.shell[0]:
        pytest.skip("busybox finds its own wget without PATH")
    ended = guest.run(step(scriptUri=URI).script, KILN_ARTIFACT_URI="http://127.0.0.1:9/")
    assert (ended.returncode, ended.stdout.strip()) == (
        1,
        "kiln: cannot download: the image has none of curl, wget and python3",
    )
