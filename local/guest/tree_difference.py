"""Writes what a tree differs from a base tree in, as an overlayfs layer: `tree_difference.py BASE VIEW OUT`.

Runs as a process of its own, where VIEW is mounted, and uses the standard library only. GNU tar copies the
files, since it keeps owners, hard links, capabilities and other extended attributes. A file counts as changed
when its inode's facts differ; contents are not read.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path


def facts(path: str) -> tuple[int, ...]:
    """What differs as soon as anything about a file was changed."""
    status = os.lstat(path)
    common = (status.st_mode, status.st_uid, status.st_gid)
    if stat.S_ISDIR(status.st_mode):
        return (*common, status.st_mtime_ns)
    return (*common, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def entries(directory: str) -> dict[str, os.DirEntry[str]]:
    with os.scandir(directory) as found:
        return {entry.name: entry for entry in found}


class Difference:
    """`copies` and `removed` are paths relative to the trees."""

    def __init__(self, base: str, view: str) -> None:
        self._base, self._view = base, view
        self.copies: list[str] = []
        self.removed: list[str] = []

    def compare(self, relative: str) -> None:
        """Of two directories that both exist."""
        before, after = entries(f"{self._base}/{relative}"), entries(f"{self._view}/{relative}")
        for name in sorted(before.keys() - after.keys()):
            self.removed.append(f"{relative}/{name}")
        for name, entry in sorted(after.items()):
            path = f"{relative}/{name}"
            is_directory = entry.is_dir(follow_symlinks=False)
            if name not in before:
                self._add(path, is_directory)
            elif is_directory and before[name].is_dir(follow_symlinks=False):
                self._compare_directories(path)
            elif facts(f"{self._base}/{path}") != facts(f"{self._view}/{path}"):
                self._add(path, is_directory)

    def _compare_directories(self, path: str) -> None:
        if facts(f"{self._base}/{path}") != facts(f"{self._view}/{path}"):
            self.copies.append(path)
        self.compare(path)

    def _add(self, path: str, is_directory: bool) -> None:
        self.copies.append(path)
        if is_directory:
            for name, entry in sorted(entries(f"{self._view}/{path}").items()):
                self._add(f"{path}/{name}", entry.is_dir(follow_symlinks=False))


def copy(view: str, paths: list[str], out: str) -> None:
    """Copies exactly these paths, parents that are not among them with the view's owners and modes too."""
    listed = {str(parent) for path in paths for parent in Path(path).parents} | set(paths)
    names = "\0".join(sorted(name for name in listed if name != ".")).encode()
    attributes = ["--xattrs", "--xattrs-include=*", "--numeric-owner"]
    pack = [
        "tar",
        "-C",
        view,
        *attributes,
        "--null",
        "--no-recursion",
        "--verbatim-files-from",
        "-T",
        "-",
        "-cf",
        "-",
    ]
    unpack = ["tar", "-C", out, *attributes, "-xpf", "-"]
    with subprocess.Popen(unpack, stdin=subprocess.PIPE) as reader:
        packed = subprocess.run(pack, input=names, stdout=reader.stdin, check=False)
        if reader.stdin is not None:
            reader.stdin.close()
    if packed.returncode or reader.returncode:
        sys.exit("tar failed")


def white_out(out: str, paths: list[str]) -> None:
    """Overlayfs's mark of a removed file is a character device 0:0. Its directory came with the copies."""
    for path in paths:
        os.mknod(f"{out}/{path}", stat.S_IFCHR, 0)


def main(base: str, view: str, out: str) -> None:
    difference = Difference(base, view)
    difference.compare(".")
    removed = [path.removeprefix("./") for path in difference.removed]
    copies = [path.removeprefix("./") for path in difference.copies]
    parents = [str(Path(path).parent) for path in removed]
    copy(view, [*copies, *(parent for parent in parents if parent != ".")], out)
    white_out(out, removed)
    root = Path(view).stat()
    os.chown(out, root.st_uid, root.st_gid)
    Path(out).chmod(stat.S_IMODE(root.st_mode))


if __name__ == "__main__":
    main(*sys.argv[1:])
