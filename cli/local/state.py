"""Removes what the local parts have stored."""

import shutil
from pathlib import Path

from cli.errors import CommandError
from cli.local.home import Home

BASE_PREFIX = "base-"
"""Of the contents that are Marketplace images; `local.guest` names them so."""


class ResetError(CommandError):
    """Exit 1: something could not be removed."""

    code = "ResetFailed"


def remove_state(home: Home, *, keep_caches: bool) -> list[Path]:
    """Removes everything in the home but the caches; returns what went, the top entries of each folder."""
    if not home.root.exists():
        return []
    try:
        if home.guest.exists():
            _empty_guest(home.guest, keep_base=keep_caches)
        return _remove_inside(home.root, {home.npm, home.guest} if keep_caches else set())
    except OSError as error:
        raise ResetError(f"not everything could be removed: {error}") from error


def _empty_guest(guest: Path, *, keep_base: bool) -> None:
    """Through the hypervisor, which may remove files that belong to other users inside a disk."""
    from local.guest.errors import GuestError
    from local.guest.hypervisor import Hypervisor

    hypervisor = Hypervisor(guest)
    contents = sorted(path.stem for path in (guest / "contents").glob("*.json"))
    try:
        for disk in sorted((guest / "disks").iterdir()):
            hypervisor.delete_disk(disk.name)
        for content in contents:
            if not (keep_base and content.startswith(BASE_PREFIX)):
                hypervisor.delete_content(content)
    except GuestError as error:
        raise ResetError(f"the guests' disks could not be removed: {error}") from error


def _remove_inside(folder: Path, kept: set[Path]) -> list[Path]:
    removed = []
    for path in sorted(folder.iterdir()):
        if path in kept:
            continue
        if any(cache.is_relative_to(path) and cache.exists() for cache in kept):
            removed += _remove_inside(path, kept)
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
            removed.append(path)
        else:
            path.unlink()
            removed.append(path)
    return removed
