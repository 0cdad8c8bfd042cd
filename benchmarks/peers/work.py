"""The work: Debian 12 with all that Azure needs, nginx, a page, and a last line that changes."""

from pathlib import Path

from local.guest.apt_sources import debian_sources
from local.guest.bootstrap_image import packages
from local.guest.debugfs import FileSystem
from local.guest.disk import gpt
from local.guest.recipes import MmdebstrapRecipe
from local.guest.vhd import read_footer

SUITE = "bookworm"
PAGE_PATH = "/var/www/html/index.html"
LINE_PATH = "/etc/motd"
PAGE = "<!doctype html><title>Built</title><h1>This page came with the image</h1>\n"
NGINX = "/usr/sbin/nginx"


def base_packages() -> list[str]:
    """What Kiln's own Debian base holds, kernel, agents and boot loaders included."""
    return packages(MmdebstrapRecipe(SUITE))


def mirror() -> str:
    """The archive that this machine's apt uses; RuntimeError where apt has none of Debian."""
    sources = debian_sources(SUITE, ["main"])
    if not sources:
        raise RuntimeError(f"apt has no source of Debian's {SUITE}: name one in KILN_DEBIAN_MIRROR")
    return sources[0].split()[1]


def check(vhd: Path, line: str) -> None:
    """Raises RuntimeError unless the VHD is fixed and its root file system holds the result of the work."""
    read_footer(vhd)
    root = _root(vhd)
    found = {path: root.read(path).decode() for path in (PAGE_PATH, LINE_PATH)}
    if found[PAGE_PATH] != PAGE or found[LINE_PATH].strip() != line or not root.resolve(NGINX):
        raise RuntimeError(f"{vhd} does not hold the result of the work: {found[LINE_PATH]!r}")


def _root(vhd: Path) -> FileSystem:
    """The largest partition's file system."""
    largest = max(gpt.read(vhd), key=lambda partition: partition.size)
    return FileSystem(vhd, largest.offset)
