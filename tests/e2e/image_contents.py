"""Everything in a built image that counts: paths, modes, owners, and the bytes of files and links."""

import hashlib
import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

from local.guest.ext4_extract import ask, quoted, walk
from local.guest.inspect import VhdImage


def contents(image: VhdImage, file: Path) -> dict[str, tuple[int, int, int, str]]:
    """Path to mode, user, group, and SHA-256 of the content (directories: empty)."""
    device = f"{file}?offset={image.root_partition.offset}"
    found = {}
    with TemporaryDirectory() as tree:
        ask(device, [f"rdump / {quoted(tree)}"])
        for entry in walk(device):
            digest = _digest(tree + entry.path, entry.mode)
            found[entry.path] = (entry.mode, entry.uid, entry.gid, digest)
    return found


def _digest(path: str, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return hashlib.sha256(os.fsencode(Path(path).readlink())).hexdigest()
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if stat.S_ISREG(mode) else ""
