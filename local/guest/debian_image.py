"""Debian root file systems as in Azure's marketplace: with kernel, GRUB, cloud-init and Azure's agent."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

from local.guest.apt_sources import configured_mirror, debian_sources
from local.guest.disk.esp import VOLUME_ID
from local.guest.isolation import Tier
from local.guest.marketplace import DebianRecipe
from local.guest.tools import failed, find

_HOOKS = Path(__file__).with_name("hooks")
_PACKAGES = (
    "linux-image-cloud-amd64", "systemd-sysv", "systemd-resolved", "udev", "dbus", "libnss-myhostname",
    "cloud-init", "waagent", "openssh-server", "grub-efi-amd64-bin", "grub-pc-bin", "grub2-common", "sudo",
    "iproute2", "netbase", "ca-certificates", "e2fsprogs", "cloud-guest-utils", "fdisk", "isc-dhcp-client",
    "netplan.io", "iputils-ping", "chrony", "zstd",
)  # fmt: skip
_MEMORY = Path("/dev/shm")  # noqa: S108 - building there halves the time; names below it are mmdebstrap's own
_NEEDED_BYTES = 3 << 30
# Without device nodes: a user may not make them, and a kernel brings its own /dev.
_UNPACKING = ("--xattrs", "--xattrs-include=*", "--numeric-owner", "--exclude=./dev/*")


def facts() -> str:
    """What a root file system is made from; when it changes, bases are built anew.

    The machine's own package sources are no part of it: to ask apt for them takes a second.
    """
    hooks = [path.read_text() for path in sorted(_HOOKS.glob("*.sh"))]
    return "\n".join([*_PACKAGES, *hooks, configured_mirror()])


def build(tier: Tier, recipe: DebianRecipe, tree: Path, root_uuid: str) -> None:
    """Fills an empty directory. Raises GuestError with mmdebstrap's last words."""
    hooks = {"essential": ["divert.sh"], "customize": ["undivert.sh", "configure.sh"]}
    command = [
        find("mmdebstrap"),
        "--quiet",
        f"--mode={'root' if tier is Tier.ROOT else 'unshare'}",
        "--variant=minbase",
        f"--include={','.join(_PACKAGES)}",
        "--skip=cleanup/apt",
        *(f"--{kind}-hook={_HOOKS / name}" for kind, names in hooks.items() for name in names),
        recipe.suite,
        "-",
        *debian_sources(recipe.suite),
    ]
    unpack = [*tier.prefix, "tar", "-C", str(tree), *_UNPACKING, "-xpf", "-"]
    environment = {**os.environ, "KILN_ROOT_UUID": root_uuid, "KILN_ESP_ID": VOLUME_ID, **_scratch()}
    with TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=environment) as packer:
            unpacked = subprocess.run(unpack, stdin=packer.stdout, capture_output=True, check=False)
        if packer.returncode != 0:
            errors.seek(0)
            raise failed("mmdebstrap", packer.returncode, errors.read())
    if unpacked.returncode != 0:
        raise failed("tar", unpacked.returncode, unpacked.stderr)


def _scratch() -> dict[str, str]:
    """Memory as the place to build in, where there is enough of it."""
    enough = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES
    return {"TMPDIR": str(_MEMORY)} if enough else {}
