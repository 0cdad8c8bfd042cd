"""The machine's programs that this package uses, each with the Debian package it comes from."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence

from local.guest.errors import GuestError

_PACKAGES = {
    "busybox": "busybox-static",
    "debugfs": "e2fsprogs",
    "qemu-img": "qemu-utils",
    "mke2fs": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mmd": "mtools",
    "mcopy": "mtools",
    "mdir": "mtools",
    "grub-mkimage": "grub-common",
    "mmdebstrap": "mmdebstrap",
    "newuidmap": "uidmap",
    "unshare": "util-linux",
}
# A user's PATH often lacks the directories of mke2fs and its like.
_PATH = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
_LAST_LINES = 5


def find(program: str) -> str:
    """The program's path. Raises GuestError naming the Debian package that has it."""
    path = shutil.which(program, path=_PATH)
    if path is None:
        package = _PACKAGES.get(program, program)
        raise GuestError("ToolMissing", f"The program {program} is missing; install the package {package}.")
    return path


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> bytes:
    """Runs a program to its end; returns its output. Raises GuestError with the last lines of its errors."""
    completed = subprocess.run(
        [find(command[0]), *command[1:]],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        env={**os.environ, "PATH": _PATH, **(environment or {})},
    )
    if completed.returncode != 0:
        raise failed(command[0], completed.returncode, completed.stderr or completed.stdout)
    return completed.stdout


def failed(program: str, exit_code: int, errors: bytes) -> GuestError:
    """The error of a program that ended with this exit code."""
    reason = " | ".join(errors.decode(errors="replace").strip().splitlines()[-_LAST_LINES:])
    return GuestError("CommandFailed", f"{program} failed with exit code {exit_code}: {reason}")
