"""Copies an ext4 file system out of a disk image into a directory: `ext4_extract.py DEVICE DIRECTORY`.

DEVICE is debugfs's `FILE?offset=N`. Runs as a process of its own, where owners can be set, and uses the
standard library only. debugfs's own copy (`rdump`) keeps owners, permissions, times and symbolic links; what
it loses is put right here: hard links, pipes, the setuid, setgid and sticky bits, links' owners, and extended
attributes (capabilities, access lists).
"""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

_PROMPT = "debugfs: "
_ATTRIBUTE = re.compile(r"^  (?P<name>[a-z]+\.\S+) \(\d+\)", re.MULTILINE)
# /inode/mode/uid/gid/name/size/
_FIELDS = 6
SPECIAL_BITS = stat.S_ISUID | stat.S_ISGID | stat.S_ISVTX


@dataclass(frozen=True)
class Entry:
    """`path` is absolute in the image."""

    path: str
    inode: str
    mode: int
    uid: int
    gid: int


def main(device: str, directory: str) -> None:
    ask(device, [f"rdump / {quoted(directory)}"])
    with suppress(OSError):  # not there, or in use
        os.rmdir(f"{directory}/lost+found")  # noqa: PTH106 - paths are text, as everywhere here
    entries = list(walk(device))
    restore_pipes(directory, entries)
    restore_hard_links(directory, entries)
    restore_rights(directory, entries)
    restore_attributes(device, directory, entries)


def ask(device: str, requests: Iterable[str]) -> list[str]:
    """One answer for each request, from one process."""
    with TemporaryDirectory() as scratch:
        file = Path(scratch, "requests")
        file.write_text("\n".join(requests) + "\n", errors="surrogateescape")
        done = subprocess.run(["debugfs", "-f", str(file), device], capture_output=True, check=False)
    text = done.stdout.decode(errors="surrogateescape")
    return [part.partition("\n")[2] for part in ("\n" + text).split("\n" + _PROMPT)[1:]]


def quoted(path: str) -> str:
    return '"' + path.replace('"', '""') + '"'


def walk(device: str) -> Iterator[Entry]:
    """Every entry but directories' own and `lost+found`, one level of the tree after the other."""
    level = ["/"]
    while level:
        below: list[str] = []
        answers = ask(device, [f"ls -p {quoted(directory)}" for directory in level])
        for directory, answer in zip(level, answers, strict=True):
            for entry in listed(directory, answer):
                if stat.S_ISDIR(entry.mode):
                    below.append(entry.path)
                yield entry
        level = below


def listed(directory: str, answer: str) -> Iterator[Entry]:
    for line in answer.splitlines():
        fields = line.split("/")
        if (
            len(fields) <= _FIELDS
            or fields[5] in (".", "..", "")
            or (directory, fields[5]) == ("/", "lost+found")
        ):
            continue
        path = f"{directory.rstrip('/')}/{fields[5]}"
        yield Entry(path, fields[1], int(fields[2], 8), int(fields[3]), int(fields[4]))


def restore_pipes(directory: str, entries: list[Entry]) -> None:
    for entry in entries:
        if stat.S_ISFIFO(entry.mode):
            with kept_time(directory + entry.path):
                os.mkfifo(directory + entry.path)


@contextmanager
def kept_time(path: str) -> Iterator[None]:
    """The directory of the path has the same times after the block."""
    parent = os.path.dirname(path)  # noqa: PTH120
    before = os.stat(parent)  # noqa: PTH116
    yield
    os.utime(parent, ns=(before.st_atime_ns, before.st_mtime_ns))


def restore_hard_links(directory: str, entries: list[Entry]) -> None:
    names: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if stat.S_ISREG(entry.mode):
            names[entry.inode].append(directory + entry.path)
    for first, *others in names.values():
        for other in others:
            with kept_time(other):
                os.unlink(other)  # noqa: PTH108
                os.link(first, other)


def restore_rights(directory: str, entries: list[Entry]) -> None:
    """A change of the owner takes the setuid bit away, so that comes last."""
    for entry in entries:
        path, mode = directory + entry.path, stat.S_IMODE(entry.mode)
        if stat.S_ISLNK(entry.mode) or stat.S_ISFIFO(entry.mode):
            os.lchown(path, entry.uid, entry.gid)
        if mode & SPECIAL_BITS or stat.S_ISFIFO(entry.mode):
            os.chmod(path, mode)  # noqa: PTH101


def restore_attributes(device: str, directory: str, entries: list[Entry]) -> None:
    able = [entry for entry in entries if stat.S_ISREG(entry.mode) or stat.S_ISDIR(entry.mode)]
    for entry, answer in zip(able, ask(device, [f"ea_list <{entry.inode}>" for entry in able]), strict=True):
        for name in _ATTRIBUTE.findall(answer):
            os.setxattr(directory + entry.path, name, value(device, entry.inode, name))


def value(device: str, inode: str, name: str) -> bytes:
    with TemporaryDirectory() as scratch:
        file = Path(scratch, "value")
        ask(device, [f"ea_get -f {quoted(str(file))} <{inode}> {name}"])
        return file.read_bytes()


if __name__ == "__main__":
    main(*sys.argv[1:])
