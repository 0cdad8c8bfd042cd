"""GRUB's two boot programs, made on this machine: one for UEFI (Gen2), one for BIOS (Gen1).

Each finds the root file system by its UUID and reads /boot/grub/grub.cfg there. It depends on nothing else
of the disk, so kernels come and go without grub-install.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from local.guest.errors import GuestError
from local.guest.tools import run

_LIBRARY = Path("/usr/lib/grub")
_PACKAGES = {"x86_64-efi": "grub-efi-amd64-bin", "i386-pc": "grub-pc-bin"}
_MODULES = (
    "part_gpt", "ext2", "fat", "search", "search_fs_uuid", "configfile", "normal", "linux", "echo", "serial",
    "terminal", "test", "minicmd",
)  # fmt: skip
_EXTRA = {"x86_64-efi": "all_video", "i386-pc": "biosdisk"}
_CONFIGURATION = """\
search --no-floppy --fs-uuid --set=root {root_uuid}
set prefix=($root)/boot/grub
configfile ($root)/boot/grub/grub.cfg
"""


@dataclass(frozen=True)
class BootPrograms:
    """`boot` is the 512-byte first stage for BIOS, `core` its second stage, `efi` the UEFI program."""

    efi: bytes
    boot: bytes
    core: bytes


def boot_programs(root_uuid: str) -> BootPrograms:
    """Raises GuestError when GRUB's modules are not installed."""
    boot = _platform("i386-pc") / "boot.img"
    return BootPrograms(
        efi=_image("x86_64-efi", root_uuid), boot=boot.read_bytes(), core=_image("i386-pc", root_uuid)
    )


def _platform(name: str) -> Path:
    directory = _LIBRARY / name
    if not directory.is_dir():
        raise GuestError("ToolMissing", f"GRUB for {name} is missing; install the package {_PACKAGES[name]}.")
    return directory


def _image(platform: str, root_uuid: str) -> bytes:
    with TemporaryDirectory() as scratch:
        configuration, image = Path(scratch, "grub.cfg"), Path(scratch, "image")
        configuration.write_text(_CONFIGURATION.format(root_uuid=root_uuid))
        command = ["grub-mkimage", "-O", platform, "-d", str(_platform(platform)), "-p", "/boot/grub"]
        run([*command, "-c", str(configuration), "-o", str(image), *_MODULES, _EXTRA[platform]])
        return image.read_bytes()
