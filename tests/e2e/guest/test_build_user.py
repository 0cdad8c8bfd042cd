"""A Shell customizer's script on a real Debian: its useradd, runuser and sudo make and use the build user."""

import threading
import uuid
from collections.abc import Callable, Iterator

import pytest

from local.guest import Hypervisor, ScriptRequest
from shared.customizers.registry import customizer_kinds
from shared.domain.steps import BUILD_USER, BUILD_USER_SUDOERS
from shared.domain.template import ScriptOptions, ShellCustomizer

Run = Callable[[str], tuple[int, str]]


@pytest.fixture(scope="module")
def run(hypervisor: Hypervisor, debian: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Runs a script as root in one disk, as a Managed Run Command does; the parameters are the test's own."""
    name = f"build-user-{uuid.uuid4().hex}"
    script = tmp_path_factory.mktemp("script") / "script.sh"

    def run_script(text: str) -> tuple[int, str]:
        script.write_text(text)
        output = bytearray()
        request = ScriptRequest(
            script,
            (),
            {"KILN_ENV_TOKEN": "s3cret", "KILN_ARTIFACT_URI": "https://x?sig=1", "http_proxy": "http://p"},
            120,
            None,
            output.extend,
            output.extend,
            threading.Event(),
            "vm1",
        )
        return hypervisor.run_script(name, request).exit_code, output.decode()

    hypervisor.create_disk(name, debian, 30)
    yield run_script
    hypervisor.delete_disk(name)


def script(*lines: str) -> str:
    options = ScriptOptions(("a b",), {}, {"TOKEN": "https://v/secrets/t"})
    text: str = (
        customizer_kinds()["Shell"].step(0, ShellCustomizer("s", inline=lines, options=options)).script
    )
    return text


def test_it_is_unprivileged_with_a_home_and_sudo(run: Run) -> None:
    code, output = run(
        script(
            "id -un", "pwd", 'echo "$1|$TOKEN|$SHELL"', "sudo id -un", "sudo visudo -c -q", "umask", "exit 7"
        )
    )
    assert (code, output.splitlines()) == (
        7,
        [BUILD_USER, f"/home/{BUILD_USER}", "a b|s3cret|/bin/sh", "root", "0022"],
    )


def test_its_environment_is_its_own_but_for_proxies(run: Run) -> None:
    code, output = run(script("env", "sudo env | grep ^http_proxy"))
    assert code == 0
    assert "KILN_" not in output
    assert f"HOME=/home/{BUILD_USER}" in output.splitlines()
    assert output.splitlines().count("http_proxy=http://p") == 2


def test_it_is_made_once_cannot_log_in_and_leaves_no_script(run: Run) -> None:
    assert run(script("true")) == (0, "")
    assert run(script("true")) == (0, "")
    look = f"passwd -S {BUILD_USER} | cut -d ' ' -f 2; stat -c '%a %U' {BUILD_USER_SUDOERS}"
    code, output = run(f"{look}; ls -d /var/lib/kiln-*")
    assert (code, output.splitlines()[:2]) == (2, ["L", "440 root"])
