"""Root file systems out of tar archives."""

from __future__ import annotations

from pathlib import Path

from local.guest.bootstrap_image import HOOKS
from local.guest.disk.esp import VOLUME_ID
from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.tools import run

_UNPACKING = (
    "--xattrs", "--xattrs-include=*", "--numeric-owner", "--exclude=./dev/*", "--exclude=dev/*",
)  # fmt: skip


def build(tier: Tier, archive: Path, tree: Path, root_uuid: str) -> bool:
    """Fills an empty directory; returns whether its disk will boot, which takes a kernel. Raises GuestError.

    An archive with a kernel gets an fstab and a grub.cfg for the disks that are made here.
    """
    run([*tier.prefix, "tar", "-C", str(tree), *_UNPACKING, "-xpf", str(archive)])
    check_root(tree, str(archive))
    facts = {"KILN_ROOT_UUID": root_uuid, "KILN_ESP_ID": VOLUME_ID}
    run([*tier.prefix, "sh", str(HOOKS / "boot.sh"), str(tree)], facts)
    return any(is_there(tree / name) for name in ("vmlinuz", "boot/vmlinuz"))


def check_root(tree: Path, source: str) -> None:
    """Raises GuestError unless a script could run in the tree."""
    if not any(is_there(tree / name) for name in ("bin/sh", "usr/bin/sh")):
        raise GuestError("InvalidImage", f"{source} holds no Linux root file system: there is no /bin/sh.")


def is_there(path: Path) -> bool:
    """Links count as they are: most of a guest's are absolute and lead nowhere here."""
    return path.is_symlink() or path.exists()
