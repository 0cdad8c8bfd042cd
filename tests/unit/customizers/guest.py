"""A stand-in for the build VM: real shells, with only chosen tools to be found."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

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


def link_tool(link: Path, busybox: str | None) -> None:
    """Busybox brings its own tools; what it does not bring, and downloaders but wget, come from the host."""
    own = busybox and link.name not in ("curl", "python3")
    for place in [busybox] if own else ["/usr/bin/" + link.name, "/bin/" + link.name]:
        if place and Path(place).exists():
            link.symlink_to(place)
            return
    pytest.skip(f"{link.name} is not installed")
