"""Stand-ins for the build VM: real shells with chosen tools only, and a guest of the local cloud."""

import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.guest import Hypervisor, ScriptRequest

# What the scripts may use besides the shell.
TOOLS = (
    "mktemp",
    "chmod",
    "mv",
    "rm",
    "head",
    "grep",
    "sed",
    "sha256sum",
    "cat",
    "printf",
    "env",
    "id",
    "touch",
    "mkdir",
    "tar",
    "gzip",
    "unzip",
)
SHELLS = {"dash": ("/bin/dash",), "busybox": ("/usr/bin/busybox", "sh")}


@dataclass(frozen=True)
class Guest:
    """Runs scripts as the build VM would, under one shell and with only some tools to be found."""

    shell: tuple[str, ...]
    path: Path

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        file = self.path.parent / "script.sh"
        file.write_text(script)
        return subprocess.run(
            [*self.shell, str(file)],
            env={"PATH": str(self.path), "TMPDIR": str(self.path.parent), **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@dataclass(frozen=True)
class Ended:
    """How a script ended in a guest, with its output as text."""

    returncode: int
    stdout: str


class TinyGuest:
    """Runs scripts as root in a disk of the tiny image: it has users, su, sudo and wget, all of busybox."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._hypervisor = Hypervisor(data)
        image = next(image for image in self._hypervisor.marketplace() if image.offer == "tiny")
        self._hypervisor.create_disk("os", self._hypervisor.prepare(image), 1)

    def run(self, script: str, **environment: str) -> Ended:
        output = bytearray()
        file = self._data / "script.sh"
        file.write_text(script)
        request = ScriptRequest(
            script=file,
            arguments=(),
            environment=environment,
            timeout_seconds=60,
            run_as=None,
            on_output=output.extend,
            on_error=output.extend,
            cancelled=threading.Event(),
            hostname="vm",
        )
        result = self._hypervisor.run_script("os", request)
        return Ended(result.exit_code, output.decode())


def link_tool(link: Path, busybox: str | None) -> None:
    """Busybox brings its own tools; what it does not bring, and downloaders but wget, come from the host."""
    own = busybox and link.name not in ("curl", "python3")
    for place in [busybox] if own else ["/usr/bin/" + link.name, "/bin/" + link.name]:
        if place and Path(place).exists():
            link.symlink_to(place)
            return
    pytest.skip(f"{link.name} is not installed")
