"""Removes what the local parts have stored."""

import shutil
from pathlib import Path

from cli.local.home import Home


def remove_state(home: Home, *, keep_caches: bool) -> list[Path]:
    """Removes everything in the home but the caches; returns what went, top entries of each folder."""
    kept = {home.npm, home.base_images} if keep_caches else set()
    return _remove_inside(home.root, kept) if home.root.exists() else []


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
