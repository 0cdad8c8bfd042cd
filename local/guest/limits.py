"""Bounds on what one script may use: control groups where they can be made, else resource limits."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
_PREFIX = "kiln-guest-"
_REMOVAL_SECONDS = 2.0
MOST_PROCESSES = 4096


@dataclass(frozen=True)
class Limits:
    """`cgroups` are directories to enter; `processes` is the resource limit where no group bounds them."""

    cgroups: tuple[Path, ...]
    processes: int | None


@contextlib.contextmanager
def limited() -> Iterator[Limits]:
    """Groups that exist as long as the block: 4096 processes and seven eighths of the machine's memory."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 8 * 7
    name = f"{_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
    if (_CGROUPS / "cgroup.controllers").exists():
        wanted = [(_CGROUPS / name, {"pids.max": MOST_PROCESSES, "memory.max": memory})]
    else:
        wanted = [
            (_CGROUPS / "pids" / name, {"pids.max": MOST_PROCESSES}),
            (_CGROUPS / "memory" / name, {"memory.limit_in_bytes": memory}),
        ]
    for parent in {path.parent for path, _ in wanted}:
        _remove_abandoned(parent)
    groups = tuple(path for path, values in wanted if _make(path, values))
    counted = any((group / "pids.max").exists() for group in groups)
    try:
        yield Limits(cgroups=groups, processes=None if counted else MOST_PROCESSES)
    finally:
        for group in groups:
            _remove(group)


def _remove_abandoned(parent: Path) -> None:
    """Groups of processes that were killed before they could remove them."""
    for group in parent.glob(f"{_PREFIX}*"):
        if not Path("/proc", group.name.removeprefix(_PREFIX).partition("-")[0]).exists():
            with contextlib.suppress(OSError):
                group.rmdir()


def _make(path: Path, values: dict[str, int]) -> bool:
    """Whether the group could be made and bounded; without the right to, there is none."""
    try:
        path.mkdir()
    except OSError:
        return False
    try:
        for file, value in values.items():
            (path / file).write_text(str(value))
    except OSError:
        path.rmdir()
        return False
    return True


def _remove(path: Path) -> None:
    """A group stays busy for some milliseconds after its last process has ended."""
    deadline = time.monotonic() + _REMOVAL_SECONDS
    while time.monotonic() < deadline:
        try:
            path.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.005)
        else:
            return
