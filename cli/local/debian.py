"""The Debian packages that the local cloud's virtual machines and disks are made with."""

import os
import shutil
import subprocess
from collections.abc import Mapping

from cli.errors import CommandError
from cli.output import say

# Package → a file that tells that it is there: quicker than asking dpkg, and true where another
# distribution's package brought the tool.
RUN_PACKAGES: Mapping[str, str] = {
    "uidmap": "newuidmap",
    "mmdebstrap": "mmdebstrap",
    "e2fsprogs": "mkfs.ext4",
    "dosfstools": "mkfs.vfat",
    "mtools": "mcopy",
    "grub-common": "grub-mkimage",
    "grub-efi-amd64-bin": "/usr/lib/grub/x86_64-efi/moddep.lst",
    "grub-pc-bin": "/usr/lib/grub/i386-pc/moddep.lst",
    "busybox-static": "/var/lib/dpkg/info/busybox-static.list",  # not the dynamic busybox of the same name
    "util-linux": "unshare",
    "qemu-utils": "qemu-img",
}
TEST_PACKAGES: Mapping[str, str] = {**RUN_PACKAGES, "gdisk": "sgdisk"}
# Administrators' tools are not on every user's PATH.
SEARCH_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class PackagesMissingError(CommandError):
    """Exit 1: packages are missing and cannot be installed from here."""

    code = "SetUpFailed"


def missing(packages: Mapping[str, str]) -> list[str]:
    """The packages whose tool is not on this machine."""
    return [name for name, sign in packages.items() if shutil.which(sign, os.F_OK, SEARCH_PATH) is None]


def install(packages: Mapping[str, str]) -> None:
    """Installs what is missing, as root or by sudo without a password; asks nothing."""
    wanted = missing(packages)
    if not wanted:
        return
    by_hand = f"apt-get install {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        raise PackagesMissingError(f"needs {', '.join(wanted)}, and this is no Debian or Ubuntu machine")
    prefix = _root_prefix()
    if prefix is None:
        raise PackagesMissingError(f"needs Debian packages; as root, run: {by_hand}")
    say(f"installing Debian packages: {' '.join(wanted)}")
    _apt([*prefix, "apt-get", "update", "-q"])
    quiet = ["-q", "-y", "--no-install-recommends"]
    error = _apt([*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", *quiet, *wanted])
    if missing(packages):
        raise PackagesMissingError(f"could not install Debian packages ({by_hand}); apt said:\n{error}")


def _root_prefix() -> list[str] | None:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _apt(arguments: list[str]) -> str:
    """The last lines of what apt said; failing is told by the packages that are still missing."""
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    return "\n".join((done.stderr or done.stdout).strip().splitlines()[-6:])
