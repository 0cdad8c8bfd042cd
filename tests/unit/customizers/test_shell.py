"""Shell: its rules, what it comes to, and that this really runs."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.steps import Artifact, Step
from shared.domain.template import Customizer, ScriptOptions, ShellCustomizer
from tests.unit.customizers.guest import TinyGuest

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
    made = step(name="two lines", inline=["echo 'a b'", "exit 3"])
    golden("shell_inline.sh", made.script)
    assert (made.index, made.type, made.name, made.artifact) == (3, "Shell", "two lines", None)
    assert (made.os_type, made.environment, made.secrets) == ("Linux", {}, {})


@pytest.mark.parametrize(("name", "checksum"), [("shell_uri.sh", ""), ("shell_uri_checksum.sh", SHA)])
def test_a_fetched_script_gets_a_script_around_it(
    step: Callable[..., Step], golden: Callable[[str, str], None], name: str, checksum: str
) -> None:
    made = step(name="set up", scriptUri=URI, sha256Checksum=checksum)
    golden(name, made.script)
    assert (made.name, made.artifact) == ("set up", Artifact(URI, checksum))


def test_options_come_as_parameters_and_are_never_in_the_script(
    step: Callable[..., Step], golden: Callable[[str, str], None]
) -> None:
    made = step(
        inline=["true"],
        arguments=["a b", "it's"],
        environment={"GREETING": "hello", "PATH": "/opt/bin"},
        secrets={"TOKEN": "https://v.vault.azure.net/secrets/token"},
    )
    golden("shell_options.sh", made.script)
    assert made.environment == {"KILN_ENV_GREETING": "hello", "KILN_ENV_PATH": "/opt/bin"}
    assert made.secrets == {"KILN_ENV_TOKEN": "https://v.vault.azure.net/secrets/token"}
    assert "hello" not in made.script


def test_options_are_kilns_own(
    read: Callable[..., Customizer], faults: Callable[..., list[tuple[str, str, str]]]
) -> None:
    own = {"arguments": ["x"], "environment": {"A": "", "a": "2"}, "secrets": {}}
    made = read(inline=["true"], api_version="2025-10-01-kiln", **own)
    assert made == ShellCustomizer("", inline=("true",), options=ScriptOptions(("x",), {"A": "", "a": "2"}))
    for path, _, message in faults(inline=["true"], **own):
        assert path in own
        assert "apiVersion is 2025-10-01-kiln" in message


@pytest.mark.parametrize(
    ("own", "path"),
    [
        ({"environment": {"A-B": "1"}}, "environment.A-B"),
        ({"environment": {"KILN_ENV_A": "1"}}, "environment.KILN_ENV_A"),
        ({"environment": {"A": 1}}, "environment.A"),
        ({"environment": []}, "environment"),
        ({"environment": {"A": ""}, "secrets": {"A": "https://v/secrets/a"}}, "secrets"),
        ({"secrets": {"A": "my-password"}}, "secrets.A"),
        ({"secrets": {"A": "https://v.vault.azure.net/keys/a"}}, "secrets.A"),
        ({"secrets": {"A": "http://v.vault.azure.net/secrets/a"}}, "secrets.A"),
        ({"arguments": ["a", 1]}, "arguments[1]"),
    ],
)
def test_options_have_rules(
    faults: Callable[..., list[tuple[str, str, str]]], own: dict[str, object], path: str
) -> None:
    found = faults(inline=["true"], api_version="2025-10-01-kiln", **own)
    assert [place for place, _, _ in found] == [path]


def test_it_runs_as_an_unprivileged_user_with_a_home_and_sudo(
    step: Callable[..., Step], tiny: TinyGuest
) -> None:
    lines = [
        "id -un",
        "id -u",
        "pwd",
        "echo $HOME $USER; umask",
        "sudo id -un",
        "cat",
        "touch /etc/no || exit 6",
    ]
    ended = tiny.run(step(inline=lines).script)
    assert ended.stdout.splitlines()[:7] == [
        "kilnbuild",
        "1000",
        "/home/kilnbuild",
        "/home/kilnbuild kilnbuild",
        "0022",
        "root",
        "touch: /etc/no: Permission denied",
    ]
    assert ended.returncode == 6


def test_the_user_is_made_once_and_nothing_else_is_left(step: Callable[..., Step], tiny: TinyGuest) -> None:
    made = step(inline=["echo kept >> mine"])
    assert [tiny.run(made.script).returncode for _ in range(2)] == [0, 0]
    look = "cat /home/kilnbuild/mine; grep -c kilnbuild /etc/passwd; ls -A /tmp; ls /var/lib | grep kiln"
    assert tiny.run(look).stdout == "kept\nkept\n1\n"
    rights = tiny.run("stat -c '%a %U' /home/kilnbuild /etc/sudoers.d/90-kilnbuild").stdout
    assert rights == "700 kilnbuild\n440 root\n"


def test_without_sudo_it_says_so_and_goes_on(step: Callable[..., Step], tiny: TinyGuest) -> None:
    tiny.run("rm /usr/bin/sudo")
    ended = tiny.run(step(inline=["echo on"]).script)
    assert ended.stdout == (
        "kiln: the image has no sudo: the script runs as kilnbuild and cannot become root\non\n"
    )


def test_inline_stops_at_the_first_failing_line(step: Callable[..., Step], tiny: TinyGuest) -> None:
    ended = tiny.run(step(inline=["echo one", "false", "echo two"]).script)
    assert (ended.returncode, ended.stdout) == (1, "one\n")


def test_inline_is_never_taken_for_something_else(step: Callable[..., Step], tiny: TinyGuest) -> None:
    lines = ["cat <<'X'", "$HOME `id` \\ KILN_SCRIPT", "KILN_SCRIPT", "X", "printf '%s' 'ä\r'"]
    assert tiny.run(step(inline=lines).script).stdout == "$HOME `id` \\ KILN_SCRIPT\nKILN_SCRIPT\nä\r"


def test_arguments_and_variables_arrive_whole(step: Callable[..., Step], tiny: TinyGuest) -> None:
    arguments = ["a b", "it's", '"$HOME"', "", "-x", "*"]
    made = step(
        inline=['for each in "$@"; do echo "<$each>"; done', 'echo "$work|$TOKEN"', "env"],
        arguments=arguments,
        environment={"work": "first\nHOME=second"},
        secrets={"TOKEN": "https://v/secrets/t"},
    )
    given = {"KILN_ENV_work": "first\nHOME=second", "KILN_ENV_TOKEN": "s3cret 'x'"}
    ended = tiny.run(made.script, KILN_ARTIFACT_URI="https://x?sig=1", **given)
    lines = ended.stdout.splitlines()
    assert lines[:6] == [f"<{argument}>" for argument in arguments]
    assert lines[6:8] == ["first", "HOME=second|s3cret 'x'"]
    assert "KILN_" not in ended.stdout
    assert "HOME=/home/kilnbuild" in lines


def test_secrets_stand_on_no_command_line(step: Callable[..., Step], tiny: TinyGuest) -> None:
    made = step(inline=["cat /proc/[0-9]*/cmdline"], secrets={"TOKEN": "https://v/secrets/t"})
    ended = tiny.run(made.script, KILN_ENV_TOKEN="s3cret")
    assert ended.returncode == 0
    assert "/var/lib/kiln-" in ended.stdout
    assert "s3cret" not in ended.stdout


def test_a_fetched_script_runs_and_its_exit_code_counts(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    script = b"#!/bin/sh\necho out $1; echo err >&2; id -un; exit 42\n"
    (folder / "s").write_bytes(script)
    made = step(scriptUri=URI, sha256Checksum=hashlib.sha256(script).hexdigest())
    ended = tiny.run(made.script, KILN_ARTIFACT_URI=f"{address}/s")
    assert (ended.returncode, ended.stdout) == (42, "out\nerr\nkilnbuild\n")


def test_the_scripts_own_shebang_counts_and_windows_line_ends_do_not_hurt(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_bytes(b"#!/bin/sh -e\r\nfalse\r\necho not here\r\n")
    ended = tiny.run(step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s")
    assert (ended.returncode, ended.stdout) == (1, "")


def test_the_script_sees_neither_the_address_nor_a_terminal(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_bytes(b'#!/bin/sh\nenv\necho "at $0"\ncat\n')
    ended = tiny.run(step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s", KILN_ARTIFACT_SHA256="")
    assert ended.returncode == 0
    assert "KILN_" not in ended.stdout
    assert "at /var/lib/kiln-" in ended.stdout


def test_a_wrong_checksum_runs_nothing(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    folder, address = blobs
    (folder / "s").write_text("#!/bin/sh\necho ran\n")
    ended = tiny.run(step(scriptUri=URI).script, KILN_ARTIFACT_URI=f"{address}/s", KILN_ARTIFACT_SHA256=SHA)
    assert ended.returncode == 1
    assert f"checksum mismatch: expected {SHA}" in ended.stdout
    assert "ran" not in ended.stdout.split()


def test_what_cannot_be_fetched_is_said_without_the_address(
    step: Callable[..., Step], tiny: TinyGuest, blobs: tuple[Path, str]
) -> None:
    # The pauses between attempts take no time.
    script = step(scriptUri=URI).script.replace("set -eu\n", "set -eu\nsleep() { :; }\n")
    ended = tiny.run(script, KILN_ARTIFACT_URI=f"{blobs[1]}/absent?sig=s3cret")
    assert ended.returncode == 1
    assert "cannot download the staged file" in ended.stdout
    assert "s3cret" not in ended.stdout
