"""The root file system of the tests' image: busybox, made in milliseconds."""

from __future__ import annotations

import shutil
from pathlib import Path

from local.guest import tiny_sudo
from local.guest.elf import interpreter
from local.guest.errors import GuestError
from local.guest.tools import find, run

_DIRECTORIES = (
    "bin", "boot", "dev", "etc/ssl/certs", "etc/sudoers.d", "home", "mnt", "proc", "root", "run", "sbin",
    "sys", "tmp", "usr/bin", "usr/sbin", "usr/lib/sudo", "usr/local/bin", "usr/local/sbin", "var/lib",
    "var/log", "var/tmp",
)  # fmt: skip
_FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n",
    "etc/group": "root:x:0:\nnogroup:x:65534:\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/os-release": 'ID=kiln-tiny\nPRETTY_NAME="Kiln tiny test image"\n',
    "etc/machine-id": "",
}
_SHADOW = "root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n"
# Busybox here has no command that removes a user.
_USERDEL = """\
#!/bin/sh
# userdel [--force] [--remove] USER
for argument in "$@"; do
  case $argument in
    -f | --force) ;;
    -r | --remove | -rf | -fr) remove=1 ;;
    *) user=$argument ;;
  esac
done
home=$(sed -n "s/^$user:[^:]*:[^:]*:[^:]*:[^:]*:\\([^:]*\\):.*/\\1/p" /etc/passwd)
if [ -z "$home" ]; then
  echo "userdel: user '$user' does not exist" >&2
  exit 6
fi
sed -i "/^$user:/d" /etc/passwd /etc/shadow /etc/group
[ -z "${remove-}" ] || rm -rf "$home"
"""


def facts() -> str:
    """What the image is made from; when it changes, it is made anew."""
    return "\n".join([_SHADOW, _USERDEL, tiny_sudo.SCRIPT, *_FILES, *_FILES.values(), *_DIRECTORIES])


def build(tree: Path) -> None:
    """Fills an empty directory. Raises GuestError if busybox is missing or needs libraries."""
    busybox = Path(find("busybox"))
    if interpreter(busybox.read_bytes()) is not None:
        raise GuestError(
            "ToolMissing", f"{busybox} needs shared libraries; install the package busybox-static."
        )
    for name in _DIRECTORIES:
        (tree / name).mkdir(parents=True, exist_ok=True)
    for directory in tree.rglob("*"):
        directory.chmod(0o755)
    for name in ("tmp", "var/tmp"):
        (tree / name).chmod(0o1777)
    (tree / "root").chmod(0o700)
    for name, text in _FILES.items():
        _write(tree / name, text, 0o644)
    _write(tree / "etc/shadow", _SHADOW, 0o640)
    _write(tree / tiny_sudo.SCRIPT_PATH.lstrip("/"), tiny_sudo.SCRIPT, 0o755)
    _write(tree / "usr/sbin/userdel", _USERDEL, 0o755)
    sudo = tree / "usr/bin/sudo"
    sudo.write_bytes(tiny_sudo.program())
    sudo.chmod(0o4755)
    (tree / "etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    shutil.copy(busybox, tree / "bin/busybox")
    for applet in run([str(busybox), "--list"]).decode().split():
        if applet != "busybox":
            (tree / "bin" / applet).symlink_to("busybox")


def _write(path: Path, text: str, mode: int) -> None:
    path.write_text(text)
    path.chmod(mode)
