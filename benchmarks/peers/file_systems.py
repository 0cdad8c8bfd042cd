"""An ext4 file system of its own for each builder and round, so that none pays for what was removed before.

ext4 hands out no inode within a minute of its file's removal, five while that is not yet written back, and
looks at each one that it passes over (`recently_deleted` in fs/ext4/ialloc.c): after the trees of some builds
have been removed, making a file can take half a millisecond instead of 40 microseconds.
"""

import os
from pathlib import Path

from benchmarks.peers.tools import run

SIZE = 32 << 30  # bytes, of which only what is in use takes space
# Nothing is to be written behind a builder's back.
MKFS = ("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1,nodiscard")
OPTIONS = "loop,noinit_itable"


class FileSystems:
    """In files below `folder`. Needs root and loop devices; raises CannotError without."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self._mounted: dict[str, Path] = {}

    def new(self, name: str) -> Path:
        """An empty directory on a new file system."""
        self._made += 1
        place = self._folder / f"{name}-{self._made}"
        place.mkdir()
        image = _image(place)
        with image.open("wb") as stream:
            os.truncate(stream.fileno(), SIZE)
        run([*MKFS, str(image)])
        run(["mount", "-o", OPTIONS, str(image), str(place)])
        (place / "lost+found").rmdir()
        return place

    def keep_only(self, name: str, place: Path) -> None:
        """`place` is the builder's from now on; the one that it had goes."""
        if name in self._mounted:
            _remove(self._mounted[name])
        self._mounted[name] = place

    def trim(self, name: str) -> None:
        """Gives back the space of what was deleted; with the option `discard` builders would wait for it."""
        run(["fstrim", str(self._mounted[name])])

    def close(self) -> None:
        for place in self._mounted.values():
            _remove(place)
        self._mounted.clear()


def _image(place: Path) -> Path:
    return place.with_name(f"{place.name}.ext4")


def _remove(place: Path) -> None:
    """A process that still ends there does not hold it up."""
    run(["umount", "--lazy", str(place)])
    _image(place).unlink()
    place.rmdir()
