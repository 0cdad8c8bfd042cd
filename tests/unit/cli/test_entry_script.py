"""The entry script's decisions, in a small checkout with stand-ins for Python, apt and sudo on PATH."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.local.home import CHECKOUT

REQUIREMENTS = ("requirements.txt", "requirements-local.txt", "requirements-dev.txt")
TOOLS = (
    "sh",
    "cat",
    "cut",
    "dirname",
    "id",
    "mkdir",
    "mktemp",
    "readlink",
    "rm",
    "sha256sum",
    "env",
    "chmod",
)

# Answers as a supported Python does; `-m venv` leaves another one like it in the environment.
PYTHON = """#!/bin/sh
echo "$(basename "$0") $*" >> {calls}
case "$*" in
  *ensurepip*) exit {has_venv} ;;
  *"-m pip --version") [ -e {venv_made} ] ;;
  *"-m venv"*) mkdir -p {root}/.venv/bin; cp {self} {root}/.venv/bin/python; touch {venv_made} ;;
  *python3.%d-venv*) echo python3.11-venv ;;
  *python3.%d-dev*) echo python3.11-dev ;;
esac
"""


@dataclass
class Machine:
    """`calls` is what the stand-ins were called with, a line each."""

    root: Path
    path: Path

    @property
    def calls(self) -> list[str]:
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, name: str, text: str) -> Path:
        program = self.path / name
        program.write_text(text)
        program.chmod(0o755)
        return program

    def python(self, name: str = "python3.11", *, has_venv: bool = True) -> None:
        text = PYTHON.format(
            calls=self.root / "calls",
            has_venv=0 if has_venv else 1,
            venv_made=self.root / "venv-made",
            root=self.root,
            self=self.path / name,
        )
        self.program(name, text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.root / "kiln", *arguments],
            env={"PATH": str(self.path)},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    root, path = tmp_path / "checkout", tmp_path / "bin"
    root.mkdir()
    path.mkdir()
    shutil.copy(CHECKOUT / "kiln", root)
    for name in REQUIREMENTS:
        (root / name).write_text(f"{name}\n")
    for tool in (*TOOLS, "basename", "cp", "touch"):
        found = shutil.which(tool)
        assert found
        (path / tool).symlink_to(found)
    machine = Machine(root, path)
    machine.program("cc", "#!/bin/sh\n")
    return machine


def test_without_python_it_fails_with_one_sentence(machine: Machine) -> None:
    # An absolute path of the script's list may exist on the machine that runs this test.
    script = (machine.root / "kiln").read_text().replace("/usr/bin/python3", "/nowhere/python3")
    (machine.root / "kiln").write_text(script)
    done = machine.run("runs")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("kiln: needs Python 3.11 or 3.12")
    assert not (machine.root / ".venv" / "bin").exists()


def test_the_first_run_makes_the_environment_and_starts_the_command_line(machine: Machine) -> None:
    machine.python()
    done = machine.run("build", "a file.json", "--follow")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "kiln: creating the virtual environment .venv",
        "kiln: installing requirements-local.txt",
    ]
    assert machine.calls[-1] == "python -P -m cli build a file.json --follow"


def test_the_second_run_does_nothing_again(machine: Machine) -> None:
    machine.python()
    machine.run("runs")
    before = len(machine.calls)
    done = machine.run("runs")
    assert done.stderr == ""
    assert machine.calls[before:] == ["python -P -m cli runs"]


def test_changed_requirements_are_installed_again(machine: Machine) -> None:
    machine.python()
    machine.run("runs")
    (machine.root / "requirements.txt").write_text("another==1\n")
    assert machine.run("runs").stderr == "kiln: installing requirements-local.txt\n"


def test_testing_needs_more_than_running(machine: Machine) -> None:
    machine.python()
    machine.run("runs")
    assert machine.run("test").stderr == "kiln: installing requirements-dev.txt\n"
    assert machine.run("runs").stderr == ""


def test_requirements_that_do_not_install_leave_no_stamp(machine: Machine) -> None:
    machine.python()
    text = (machine.path / "python3.11").read_text()
    failing = text.replace("case", 'case "$*" in *"pip install"*) exit 1 ;; esac\ncase', 1)
    machine.program("python3.11", failing)
    done = machine.run("runs")
    assert done.returncode == 1
    assert "pip could not install requirements-local.txt" in done.stderr
    assert not list((machine.root / ".venv").glob(".kiln-req*"))


def test_a_shim_that_does_not_run_is_passed_over(machine: Machine) -> None:
    machine.program("python3.11", "#!/bin/sh\nexit 127\n")
    machine.python("python3.12")
    assert machine.run("runs").returncode == 0
    assert any(call.startswith("python3.12 -m venv") for call in machine.calls)


def test_a_missing_venv_package_is_installed_without_asking(machine: Machine) -> None:
    machine.python(has_venv=False)
    machine.program("apt-get", f'#!/bin/sh\necho "apt-get $*" >> {machine.root / "calls"}\n')
    (machine.path / "id").unlink()
    machine.program("id", "#!/bin/sh\necho 0\n")
    done = machine.run("runs")
    assert done.returncode == 0, done.stderr
    assert "kiln: installing the Debian package python3.11-venv" in done.stderr
    assert "apt-get install -y --no-install-recommends python3.11-venv" in machine.calls


def test_a_missing_compiler_is_installed_without_asking(machine: Machine) -> None:
    machine.python()
    (machine.path / "cc").unlink()
    machine.program("apt-get", f'#!/bin/sh\necho "apt-get $*" >> {machine.root / "calls"}\n')
    (machine.path / "id").unlink()
    machine.program("id", "#!/bin/sh\necho 0\n")
    done = machine.run("runs")
    assert done.returncode == 0, done.stderr
    installed = [call.rpartition(" ")[2] for call in machine.calls if call.startswith("apt-get install")]
    assert installed == ["gcc", "libc6-dev", "python3.11-dev"]


def test_without_root_or_sudo_it_names_the_package(machine: Machine) -> None:
    machine.python(has_venv=False)
    machine.program("apt-get", "#!/bin/sh\nexit 0\n")
    (machine.path / "id").unlink()
    machine.program("id", "#!/bin/sh\necho 1000\n")
    done = machine.run("runs")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "kiln: needs the Debian package python3.11-venv (as root: apt-get install python3.11-venv)"
    )


def test_it_runs_from_any_folder_and_through_a_link(machine: Machine, tmp_path: Path) -> None:
    machine.python()
    link = tmp_path / "link"
    link.symlink_to(machine.root / "kiln")
    done = subprocess.run(
        [link, "runs"], env={"PATH": str(machine.path)}, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (machine.root / ".venv" / "bin" / "python").exists()
