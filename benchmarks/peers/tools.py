"""Installing and running other programs, in bounded time."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.peers.peer import CannotError

LAST_LINES = 3
MIB = 1 << 20
INSTALL_SECONDS = 900.0
BUILD_SECONDS = 600.0
# systemd-nspawn takes no directory on a disk for /run, which a machine without systemd has there.
OWN_RUN = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd /run/lock && exec "$@"'


def apt_install(*names: str) -> None:
    """Raises CannotError when this machine's apt does not have them."""
    missing = [name for name in names if not version_of(name)]
    if missing:
        say(f"installing Debian packages: {' '.join(missing)}")
        run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], INSTALL_SECONDS)


def version_of(package: str) -> str:
    """The installed version; empty when the package is not installed."""
    query = ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package]
    status, _, version = subprocess.run(query, capture_output=True, text=True, check=False).stdout.partition(
        " "
    )
    return version if status == "installed" else ""


def pip_install(environment: Path, package: str) -> Path:
    """The folder of the programs of a virtual environment that has the package."""
    if not (environment / "bin").exists():
        say(f"installing {package} with pip into an environment of its own")
        run([sys.executable, "-m", "venv", str(environment)], INSTALL_SECONDS)
        run([str(environment / "bin" / "pip"), "install", "-q", package, "setuptools<80"], INSTALL_SECONDS)
    return environment / "bin"


def run(
    command: Sequence[str],
    seconds: float = BUILD_SECONDS,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Its output and errors. Raises CannotError with its last lines when it fails or takes longer."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", **(environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        output = f"it did not end within {seconds:.0f} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    if process.wait() != 0:
        raise CannotError(f"{command[0]}: {last_words(output)}")
    return output


def in_own_run(command: Sequence[str]) -> list[str]:
    """The command with mounts of its own and an empty /run in memory."""
    return ["unshare", "--mount", "--propagation", "private", "sh", "-c", OWN_RUN, "sh", *command]


def to_vhd(raw: Path) -> Path:
    """As Azure needs it: fixed, of whole MiB."""
    os.truncate(raw, -(-raw.stat().st_size // MIB) * MIB)
    vhd = raw.with_suffix(".vhd")
    options = ["-O", "vpc", "-o", "subformat=fixed,force_size"]
    run(["qemu-img", "convert", "-f", "raw", *options, str(raw), str(vhd)])
    return vhd


def last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return "; ".join(lines[-LAST_LINES:])[-400:]


def say(text: str) -> None:
    print(f"peers: {text}", file=sys.stderr, flush=True)
