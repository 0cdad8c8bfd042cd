"""Applies what layers changed to a copy of their base's disk: `disk_delta.py BASE VIEW DEVICE UNDO UPPER...`.

BASE is the base's tree, VIEW where all layers are mounted, DEVICE the copy's ext4 as debugfs's
`FILE?offset=N`, UNDO the undo file that tells which blocks were written, UPPER the layers above the base.
Runs as a process of its own, where VIEW is mounted, and uses the standard library only. The layers only say
where to look; what is written is the difference between VIEW and BASE, so that overlayfs's own marks need no
reading but those that hide or move whole directories. Ends with an exit code other than 0, and a disk to
throw away, for whatever it cannot do.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

MARKS = [f"{space}.overlay.{mark}" for space in ("trusted", "user") for mark in ("opaque", "redirect")]
SPECIAL = {stat.S_IFIFO: "p", stat.S_IFCHR: "c", stat.S_IFBLK: "b"}


def look(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_directory(status: os.stat_result | None) -> bool:
    return status is not None and stat.S_ISDIR(status.st_mode)


def below(tree: str, directory: str) -> Iterator[str]:
    """Every path in a directory of the tree, parents first, relative to the tree."""
    try:
        names = sorted(os.listdir(f"{tree}/{directory}"))  # noqa: PTH208 - paths are text, as everywhere here
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        path = f"{directory}/{name}"
        yield path
        if is_directory(look(f"{tree}/{path}")):
            yield from below(tree, path)


def touched(base: str, view: str, uppers: list[str]) -> list[str]:
    """The paths that may differ, parents first; each begins with a slash."""
    found = {""}
    for upper in uppers:
        for path in below(upper, ""):
            found.add(path)
            entry = f"{upper}/{path}"
            # A hidden or moved directory has other contents than the layer shows.
            if is_directory(look(entry)) and not set(MARKS).isdisjoint(
                os.listxattr(entry, follow_symlinks=False)
            ):
                found.update(below(base, path))
                found.update(below(view, path))
    return sorted(found, key=lambda path: path.split("/"))


class Delta:
    """debugfs's commands, in their order."""

    def __init__(self, base: str, view: str, values: str) -> None:
        self._base, self._view, self._values = base, view, values
        self.commands: list[str] = []
        self._gone: set[str] = set()
        self._links: dict[tuple[int, int], list[str]] = {}

    def apply(self, paths: list[str]) -> None:
        for path in paths:
            self._remove(path)
        for path in paths:
            self._add(path)
        for first, *others in self._links.values():
            if others:
                self.commands.append(f"sif {quoted(first)} links_count {len(others) + 1}")

    def _remove(self, path: str) -> None:
        before, after = look(self._base + path), look(self._view + path)
        parent = path.rpartition("/")[0]
        if before is None or parent in self._gone or (is_directory(before) and is_directory(after)):
            if parent in self._gone:
                self._gone.add(path)
            return
        if is_directory(before):
            for inner in reversed(list(below(self._base, path))):
                self._remove_one(inner)
        self._remove_one(path)

    def _remove_one(self, path: str) -> None:
        verb = "rmdir" if is_directory(look(self._base + path)) else "rm"
        self.commands.append(f"{verb} {quoted(path)}")
        self._gone.add(path)

    def _add(self, path: str) -> None:
        status = look(self._view + path)
        if status is None or stat.S_ISSOCK(status.st_mode):
            return
        kind = stat.S_IFMT(status.st_mode)
        if kind == stat.S_IFREG and status.st_nlink > 1:
            names = self._links.setdefault((status.st_dev, status.st_ino), [])
            names.append(path)
            if len(names) > 1:
                self.commands.append(f"ln {quoted(names[0])} {quoted(path)}")
                return
        self._create(path, kind, status)
        self._describe(path, status)

    def _create(self, path: str, kind: int, status: os.stat_result) -> None:
        if kind == stat.S_IFDIR:
            if path and (path in self._gone or not is_directory(look(self._base + path))):
                self.commands.append(f"mkdir {quoted(path)}")
        elif kind == stat.S_IFREG:
            self.commands.append(f"write {quoted(self._view + path)} {quoted(path)}")
        elif kind == stat.S_IFLNK:
            target = os.readlink(self._view + path)  # noqa: PTH115
            self.commands.append(f"symlink {quoted(path)} {quoted(target)}")
        else:
            numbers = (
                "" if kind == stat.S_IFIFO else f" {os.major(status.st_rdev)} {os.minor(status.st_rdev)}"
            )
            # This command alone takes no path.
            directory, _, name = path.rpartition("/")
            self.commands.append(f"cd {quoted(directory or '/')}")
            self.commands.append(f"mknod {quoted(name)} {SPECIAL[kind]}{numbers}")
            self.commands.append("cd /")

    def _describe(self, path: str, status: os.stat_result) -> None:
        values = {
            "mode": f"0{status.st_mode:o}",
            "uid": status.st_uid,
            "gid": status.st_gid,
            "atime": f"@{int(status.st_atime)}",
            "ctime": f"@{int(status.st_ctime)}",
            "mtime": f"@{int(status.st_mtime)}",
        }
        self.commands += [f"sif {quoted(path or '/')} {name} {value}" for name, value in values.items()]
        if not stat.S_ISLNK(status.st_mode):
            self._attributes(path)

    def _attributes(self, path: str) -> None:
        wanted = set(os.listxattr(self._view + path, follow_symlinks=False))
        old = f"{self._base}{path}"
        kept = path not in self._gone and is_directory(look(old))
        for name in set(os.listxattr(old)) - wanted if kept else ():
            self.commands.append(f"ea_rm {quoted(path or '/')} {name}")
        for name in sorted(wanted):
            file = Path(self._values, str(len(self.commands)))
            file.write_bytes(os.getxattr(self._view + path, name))
            self.commands.append(f"ea_set -f {quoted(str(file))} {quoted(path or '/')} {name}")


def quoted(path: str) -> str:
    if "\n" in path:
        sys.exit(f"debugfs cannot be told of {path!r}")
    return '"' + path.replace('"', '""') + '"'


def main(base: str, view: str, device: str, undo: str, *uppers: str) -> None:
    with TemporaryDirectory() as scratch:
        delta = Delta(base, view, scratch)
        delta.apply(touched(base, view, list(uppers)))
        requests = Path(scratch, "requests")
        requests.write_text("\n".join(delta.commands) + "\n", errors="surrogateescape")
        done = subprocess.run(
            ["debugfs", "-w", "-z", undo, "-f", requests, device], capture_output=True, check=False
        )
    # The version comes first; anything else is a complaint.
    complaints = done.stderr.decode(errors="replace").splitlines()[1:]
    if done.returncode or complaints:
        sys.exit("debugfs: " + "; ".join(complaints[:5]))


if __name__ == "__main__":
    main(*sys.argv[1:])
