"""Copies of a base's disk that wait for the next export: it takes one, and need not copy half a gigabyte.

A copy is made ahead, or comes back when the disk that was made of it is no longer needed: then only what was
changed is copied again. They lie beside the layers as BASE.GIB.BOOT-ID. One that an earlier boot of this
machine left is not used: nothing was flushed.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path

from local.guest import sparse
from local.guest.changes import Changes
from local.guest.store import Store

_MOST = 3
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def take(store: Store, base: Path, to: Path) -> None:
    """Makes the new file `to` a copy of the base's disk."""
    if _taken(base, to):
        return
    with store.lock(f"copy-{base.name}"):  # one is perhaps just being made
        if not _taken(base, to):
            sparse.copy(base, to)


def make_one(store: Store, base: Path) -> None:
    """Sees to it that a copy waits."""
    with store.lock(f"copy-{base.name}"):
        if _waiting(base):
            return
        draft = store.temporary / store.temporary_name()
        try:
            sparse.copy(base, draft)
            _leave(base, draft)
        finally:
            draft.unlink(missing_ok=True)


def give_back(store: Store, vhd: Path, changes: Changes) -> None:
    """A disk that differs from its base by `changes` becomes a copy of the base again, or is removed."""
    base = changes.base
    with suppress(FileNotFoundError):
        draft = vhd.rename(store.temporary / store.temporary_name())
        try:
            if base.exists() and len(_waiting(base)) < _MOST:
                sparse.copy_ranges(base, draft, changes.ranges)
                with draft.open("r+b") as stream:
                    stream.truncate(base.stat().st_size)
                _leave(base, draft)
        finally:
            draft.unlink(missing_ok=True)


def _taken(base: Path, to: Path) -> bool:
    for spare in _waiting(base):
        with suppress(FileNotFoundError):  # somebody else was faster
            spare.rename(to)
            return True
    return False


def _leave(base: Path, draft: Path) -> None:
    with suppress(FileNotFoundError):
        draft.rename(base.with_name(f"{base.name}.{_boot()}-{draft.name}"))


def _waiting(base: Path) -> list[Path]:
    return list(base.parent.glob(f"{base.name}.{_boot()}-*"))


@cache
def _boot() -> str:
    return _BOOT.read_text()[:8]
