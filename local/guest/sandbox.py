"""What a guest gets from the machine while a script runs, and never keeps.

Most of it is one more layer between the disk's layers and what the script writes. The guest sees ordinary
files there, which package scripts may replace (a bind mount could not be renamed over), and the disk's own
layers stay without them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from local.guest.store import Store

# Service managers ask this before they start a service from a package script; there is no service manager.
_POLICY = b"#!/bin/sh\nexit 101\n"
_POLICY_PATH = "usr/sbin/policy-rc.d"
_PROGRAMS = Path(__file__).with_name("machine")
_SYSTEMCTL = "usr/bin/systemctl"
_AUTHORITIES_PATH = "etc/ssl/certs/ca-certificates.crt"
_MACHINE_AUTHORITIES = Path("/", _AUTHORITIES_PATH)
_RESOLVER = Path("/etc/resolv.conf")
_GUEST_RESOLVER = "/run/systemd/resolve/stub-resolv.conf"  # /etc/resolv.conf links to it in the bases
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")

SCRIPT_DIRECTORY = "/var/lib/waagent/run-command/download"
GUEST_SCRIPT = "/run/run-command/script"


def make_layer(directory: Path, store: Store, layers: tuple[str, ...]) -> None:
    """Writes the machine's layer for a disk with these layers."""
    disk = [store.layers / layer for layer in reversed(layers)]
    files = {_POLICY_PATH: _POLICY, **_no_restarts()}
    if any((tree / _SYSTEMCTL).exists() for tree in disk):
        files["usr/local/bin/systemctl"] = (_PROGRAMS / "systemctl").read_bytes()
    for name, data in files.items():
        _place(directory, disk, name, data, 0o755)
    if _MACHINE_AUTHORITIES.exists():
        _place(directory, disk, _AUTHORITIES_PATH, _authorities(store, layers), 0o644)


def remove_traces(directory: Path, upper: Path) -> None:
    """Takes the machine's files out of what a script wrote: `chmod -R` and the like copy them there."""
    for root, _, names in os.walk(directory):
        for name in names:
            file = Path(root, name)
            copy = upper / file.relative_to(directory)
            if copy.is_file() and not copy.is_symlink() and copy.read_bytes() == file.read_bytes():
                copy.unlink()


def _no_restarts() -> dict[str, bytes]:
    program = (_PROGRAMS / "shutdown").read_bytes()
    return {f"usr/local/sbin/{name}": program for name in ("shutdown", "reboot", "poweroff", "halt")}


def _place(directory: Path, disk: list[Path], name: str, data: bytes, mode: int) -> None:
    """Its directories look as on the disk (topmost layer first), for the guest sees them instead."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    path.chmod(mode)
    for parent in Path(name).parents[:-1]:
        (directory / parent).chmod(0o755)
        model = next((tree / parent for tree in disk if (tree / parent).is_dir()), None)
        if model:
            _look_like(model.stat(), directory / parent)


def _look_like(model: os.stat_result, directory: Path) -> None:
    """Not its extended attributes: overlayfs's own would hide what is below."""
    with suppress(PermissionError):  # of other users' directories, where this process is no root
        os.chown(directory, model.st_uid, model.st_gid)
    directory.chmod(stat.S_IMODE(model.st_mode))
    os.utime(directory, ns=(model.st_atime_ns, model.st_mtime_ns))


def _authorities(store: Store, layers: tuple[str, ...]) -> bytes:
    """The machine's certificate authorities, with those that a script has added to the disk.

    The machine's may include a proxy's, without which nothing can be downloaded.
    """
    added = [path for layer in layers[1:] if (path := store.layers / layer / _AUTHORITIES_PATH).is_file()]
    own = added[-1].read_bytes() if added else b""
    return own + _MACHINE_AUTHORITIES.read_bytes()


def guest_files(script: Path) -> dict[str, Path]:
    """The files copied into the guest's /run: its name servers, and the script."""
    files = {GUEST_SCRIPT: script}
    return {**files, _GUEST_RESOLVER: _RESOLVER} if _RESOLVER.exists() else files


def environment(requested: Mapping[str, str]) -> dict[str, str]:
    """What Azure's agent gives to a script, the machine's proxies, and what the request adds."""
    proxies = {name: os.environ[name] for name in _PROXIES if name in os.environ}
    return {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "LANG": "C.UTF-8",
        **proxies,
        **requested,
    }


def script_command(arguments: tuple[str, ...], run_as: str | None) -> tuple[str, ...]:
    """The program to start: the script by its first line, else by sh; as root or another user."""
    if run_as is None:
        return ("/bin/sh", "-c", '"$0" "$@"', GUEST_SCRIPT, *arguments)
    return ("/bin/su", "-s", "/bin/sh", run_as, "-c", '"$0" "$@"', "--", GUEST_SCRIPT, *arguments)
