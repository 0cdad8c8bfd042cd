"""Debian and Ubuntu root file systems as in Azure's marketplace, installed by mmdebstrap.

They have the kernel for clouds, GRUB, sudo, cloud-init and Azure's agent.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile

from local.guest.apt_sources import configured_mirror, debian_sources, ubuntu_sources
from local.guest.disk.esp import VOLUME_ID
from local.guest.isolation import Tier
from local.guest.recipes import MmdebstrapRecipe
from local.guest.tools import failed, find

HOOKS = Path(__file__).with_name("hooks")
_HOOKS = {
    "setup": ("merge_usr.sh", "fetch.sh"),
    "essential": ("fetched.sh", "divert.sh"),
    "customize": ("undivert.sh", "configure.sh", "boot.sh", "clean.sh"),
}
_COMMON = (
    "systemd-sysv", "udev", "dbus", "libnss-myhostname", "cloud-init", "openssh-server", "grub-efi-amd64-bin",
    "grub-pc-bin", "grub2-common", "sudo", "iproute2", "netbase", "ca-certificates", "e2fsprogs",
    "cloud-guest-utils", "fdisk", "netplan.io", "iputils-ping", "chrony", "zstd", "perl",
)  # fmt: skip
# In these suites systemd-resolved is a part of the package systemd.
_RESOLVED_INCLUDED = ("focal", "jammy")
_MEMORY = Path("/dev/shm")  # noqa: S108 - building there halves the time; names below it are mmdebstrap's own
_NEEDED_BYTES = 3 << 30
# Without device nodes: a user may not make them, and a kernel brings its own /dev.
_UNPACKING = ("--xattrs", "--xattrs-include=*", "--numeric-owner", "--exclude=./dev/*")


@dataclass(frozen=True)
class _Distribution:
    components: tuple[str, ...]
    packages: tuple[str, ...]


# cloud-init of Debian 12 asks for Azure's options by isc-dhcp-client; Ubuntu's knows dhcpcd.
_DISTRIBUTIONS = {
    "debian": _Distribution(("main",), ("linux-image-cloud-amd64", "waagent", "isc-dhcp-client")),
    "ubuntu": _Distribution(
        ("main", "universe"), ("linux-image-azure", "initramfs-tools", "walinuxagent", "dhcpcd-base")
    ),
}


def facts(recipe: MmdebstrapRecipe) -> str:
    """What a root file system is made from; when it changes, bases are built anew.

    The machine's own package sources are no part of it: to ask apt for them takes a second.
    """
    hooks = [path.read_text() for path in sorted(HOOKS.glob("*.sh"))]
    return "\n".join([*packages(recipe), *hooks, configured_mirror(recipe.distribution)])


def build(tier: Tier, recipe: MmdebstrapRecipe, tree: Path, root_uuid: str) -> None:
    """Fills an empty directory. Raises GuestError with mmdebstrap's last words."""
    unpack = [*tier.prefix, "tar", "-C", str(tree), *_UNPACKING, "-xpf", "-"]
    settings = {
        "KILN_ROOT_UUID": root_uuid,
        "KILN_ESP_ID": VOLUME_ID,
        "KILN_PACKAGES": " ".join(packages(recipe)),
    }
    environment = {**os.environ, **settings, **_scratch()}
    with TemporaryFile() as errors:
        with subprocess.Popen(
            _command(tier, recipe), stdout=subprocess.PIPE, stderr=errors, env=environment
        ) as packer:
            unpacked = subprocess.run(unpack, stdin=packer.stdout, capture_output=True, check=False)
        if packer.returncode != 0:
            errors.seek(0)
            raise failed("mmdebstrap", packer.returncode, errors.read())
    if unpacked.returncode != 0:
        raise failed("tar", unpacked.returncode, unpacked.stderr)


def _command(tier: Tier, recipe: MmdebstrapRecipe) -> list[str]:
    components = recipe.components or _DISTRIBUTIONS[recipe.distribution].components
    sources = ubuntu_sources if recipe.distribution == "ubuntu" else debian_sources
    return [
        find("mmdebstrap"),
        "--quiet",
        f"--mode={'root' if tier is Tier.ROOT else 'unshare'}",
        "--variant=minbase",
        f"--components={','.join(components)}",
        f"--include={','.join(packages(recipe))}",
        "--skip=cleanup/apt",
        *(f"--{kind}-hook={HOOKS / name}" for kind, names in _HOOKS.items() for name in names),
        recipe.suite,
        "-",
        *sources(recipe.suite, components),
    ]


def packages(recipe: MmdebstrapRecipe) -> list[str]:
    resolved = () if recipe.suite in _RESOLVED_INCLUDED else ("systemd-resolved",)
    return [*_COMMON, *resolved, *_DISTRIBUTIONS[recipe.distribution].packages, *recipe.packages]


def _scratch() -> dict[str, str]:
    """Memory as the place to build in, where there is enough of it."""
    return {"TMPDIR": str(_MEMORY)} if builds_in_memory() else {}


def builds_in_memory() -> bool:
    return _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _NEEDED_BYTES
