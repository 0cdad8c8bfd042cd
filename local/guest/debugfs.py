"""Reads files out of an ext4 file system inside a disk image, without mounting it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from local.guest.errors import GuestError
from local.guest.tools import find

_MODE = re.compile(r"Type: (?P<type>\S+)\s+Mode:\s+(?P<mode>\d+)")
_LINK = re.compile(r'Fast link dest: "(?P<target>.*)"')
_NOT_FOUND = "File not found"
_MOST_LINKS = 40  # as the kernel


@dataclass(frozen=True)
class Node:
    """A directory entry's inode: its debugfs type ("regular", "directory", "symlink", …) and permissions."""

    kind: str
    mode: int


class FileSystem:
    """The ext4 file system at a byte offset of an image. Paths are absolute, in the image."""

    def __init__(self, image: Path, offset: int) -> None:
        self._device = f"{image}?offset={offset}"

    def node(self, path: str) -> Node | None:
        """What is at the path, without following a link at its end; None if nothing is."""
        text = self._ask(f"stat {_quoted(path)}")
        found = _MODE.search(text)
        return Node(found["type"], int(found["mode"], 8) & 0o7777) if found else None

    def resolve(self, path: str) -> str | None:
        """The path with every symbolic link followed; None if it leads nowhere."""
        done, rest = PurePosixPath("/"), list(PurePosixPath(path).parts[1:])
        links = 0
        while rest:
            name = rest.pop(0)
            if name == "..":
                done = done.parent
                continue
            text = self._ask(f"stat {_quoted(str(done / name))}")
            found = _MODE.search(text)
            if not found:
                return None
            if found["type"] != "symlink":
                done = done / name
                continue
            links += 1
            target = PurePosixPath(self._link_target(text, done / name))
            if links > _MOST_LINKS:
                return None
            done = PurePosixPath("/") if target.is_absolute() else done
            rest = [part for part in target.parts if part != "/"] + rest
        return str(done)

    def _link_target(self, text: str, path: PurePosixPath) -> str:
        short = _LINK.search(text)
        return short["target"] if short else self._ask(f"cat {_quoted(str(path))}")

    def read(self, path: str) -> bytes:
        """A file's bytes, links followed. Raises GuestError."""
        real = self.resolve(path)
        if real is None:
            raise GuestError("FileNotFound", f"There is no {path} in the image.")
        with TemporaryDirectory() as scratch:
            copy = Path(scratch, "file")
            self._ask(f"dump {_quoted(real)} {_quoted(str(copy))}")
            if not copy.is_file():
                raise GuestError("FileNotFound", f"{path} in the image is not a file.")
            return copy.read_bytes()

    def names(self, path: str) -> list[str]:
        """A directory's entries, sorted. Raises GuestError."""
        real = self.resolve(path)
        if real is None or (node := self.node(real)) is None or node.kind != "directory":
            raise GuestError("FileNotFound", f"There is no directory {path} in the image.")
        # Each line is /inode/mode/uid/gid/name/size/, and a name has no slash.
        fields = [line.split("/") for line in self._ask(f"ls -p {_quoted(real)}").splitlines()]
        return sorted(field[5] for field in fields if len(field) > 5 and field[5] not in ("", ".", ".."))  # noqa: PLR2004 - the line's fields

    def _ask(self, request: str) -> str:
        """Answers of debugfs are for people, and its exit code is always 0."""
        completed = subprocess.run(
            [find("debugfs"), "-R", request, self._device],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        errors = completed.stderr.decode(errors="replace")
        if "Filesystem not open" in errors or "Bad magic" in errors:
            raise GuestError("InvalidDisk", f"{self._device} is not an ext4 file system: {errors.strip()}")
        return completed.stdout.decode(errors="surrogateescape")


def _quoted(path: str) -> str:
    """As debugfs's command parser wants it."""
    if "\n" in path:
        raise GuestError("InvalidPath", "A path in an image cannot contain a line break here.")
    return '"' + path.replace('"', '""') + '"'
