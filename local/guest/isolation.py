"""Which isolation this machine gives to guests, found by trying, and how a process gets into it.

The ladder: a root that may mount; otherwise a user who may make user namespaces and has subordinate ids
(/etc/subuid). Anything less (a plain container, for example) is refused, since ownership and the end of
every process could not be kept.
"""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from local.guest.errors import GuestError
from local.guest.tools import run

_ENTER = Path(__file__).with_name("enter.py")
_USER_NAMESPACE = ("unshare", "--map-auto", "--map-root-user")
_PROBE_SECONDS = 20


class Tier(Enum):
    """A step of the ladder; the value is for people."""

    ROOT = "root: namespaces and overlayfs"
    USER = "user: the same inside a user namespace with subordinate ids"

    @property
    def prefix(self) -> tuple[str, ...]:
        """What a command that touches guests' files must start with."""
        return _USER_NAMESPACE if self is Tier.USER else ()

    @property
    def overlay_options(self) -> str:
        """Guests rename directories as on a disk where the kernel lets them (not inside a user namespace)."""
        return "userxattr" if self is Tier.USER else "redirect_dir=on,index=off,metacopy=off"


@dataclass(frozen=True)
class GuestSpec:
    """One entry into a guest. `options` are overlayfs mount options with paths relative to `store`."""

    store: Path
    options: str
    root: Path
    command: tuple[str, ...]
    hostname: str = "localhost"
    directory: str = "/"
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)  # copied in: path below the guest's /run -> source
    cgroups: tuple[Path, ...] = ()
    processes: int | None = None
    network: bool = True
    devices: dict[str, Path] = field(default_factory=dict)  # names below /dev -> files that stand for disks
    links: dict[str, str] = field(default_factory=dict)  # symbolic links below /dev -> where they lead

    def marshalled(self) -> bytes:
        values = {
            **self.__dict__,
            "parent": os.getpid(),
            "store": str(self.store),
            "root": str(self.root),
            "files": {destination: str(source) for destination, source in self.files.items()},
            "devices": {name: str(file) for name, file in self.devices.items()},
            "cgroups": [str(group) for group in self.cgroups],
        }
        return marshal.dumps(values)


def start(tier: Tier, spec: GuestSpec, report: int, output: int, error: int) -> subprocess.Popen[bytes]:
    """Starts `enter.py`. The calling thread must live until the process ends: its end kills the guest.

    The spec goes through memory, not through arguments, since other users can read those.
    """
    spec_fd = os.memfd_create("guest-spec")
    try:
        os.write(spec_fd, spec.marshalled())
        os.lseek(spec_fd, 0, os.SEEK_SET)
        return subprocess.Popen(
            [*tier.prefix, sys.executable, "-I", "-S", str(_ENTER), str(spec_fd), str(report)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=error,
            pass_fds=(spec_fd, report),
            start_new_session=True,
        )
    finally:
        os.close(spec_fd)


def probe(store: Path) -> Tier:
    """The best tier that works for guests below `store`. Raises GuestError with each tier's reason."""
    candidates = [Tier.ROOT] if os.geteuid() == 0 else [Tier.USER]
    reasons = []
    for tier in candidates:
        reason = _try(tier, store)
        if reason is None:
            return tier
        reasons.append(f"{tier.name.lower()}: {reason}")
    raise GuestError(
        "IsolationUnavailable",
        f"This machine cannot isolate guests ({'; '.join(reasons)}). Run as root with CAP_SYS_ADMIN, or as a"
        " user with subordinate ids (/etc/subuid, package uidmap) and unprivileged user namespaces, and keep"
        f" {store} on a file system that overlayfs can write on (ext4, xfs, btrfs; not overlay).",
    )


def _try(tier: Tier, store: Path) -> str | None:
    """None if a guest can be entered, otherwise why not."""
    with tempfile.TemporaryDirectory(prefix=f"{os.getpid()}-probe-", dir=store) as scratch:
        for name in ("lower", "upper", "work", "root"):
            Path(scratch, name).mkdir()
        options = f"lowerdir=lower,upperdir=upper,workdir=work,{tier.overlay_options}"
        spec = GuestSpec(store=Path(scratch), options=options, root=Path("root"), command=())
        try:
            reason = _enter_once(tier, spec)
        except (OSError, subprocess.TimeoutExpired) as error:
            reason = str(error)
        run_on_tree(tier, ["rm", "-rf", f"{scratch}/work", f"{scratch}/upper"])
        return reason


def _enter_once(tier: Tier, spec: GuestSpec) -> str | None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as report:
        try:
            process = start(tier, spec, writer, subprocess.DEVNULL, subprocess.PIPE)
        finally:
            os.close(writer)
        _, error = process.communicate(timeout=_PROBE_SECONDS)
        if process.returncode == 0:
            return None
        return (report.read() or error).decode(errors="replace").strip() or f"exit {process.returncode}"


def run_on_tree(tier: Tier, command: list[str]) -> bytes:
    """Runs a command of the machine that reads or writes guests' files with their true owners."""
    return run([*tier.prefix, *command])
