"""Overlayfs: many immutable layers, and one writable on top, seen as one tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from local.guest.isolation import Tier
from local.guest.store import Store

_EMPTY = "layers/empty"
_MOUNT_AND_RUN = 'cd "$0" && mount -t overlay overlay -o "$1" "$2" && shift 2 && cd / && exec "$@"'


def lower_directories(store: Store, layers: Sequence[str], over: Sequence[str] = ()) -> str:
    """The `lowerdir` value, topmost first, relative to the store's directory.

    `over` are further directories above the layers. An empty directory ends the list, because overlayfs
    without a writable layer wants at least two.
    """
    (store.data / _EMPTY).mkdir(exist_ok=True)
    return ":".join([*over, *(f"layers/{layer}" for layer in reversed(layers)), _EMPTY])


def view_command(
    tier: Tier, store: Store, layers: Sequence[str], at: Path, command: Sequence[str]
) -> list[str]:
    """A command line that runs `command` with the layers visible, read-only, at the directory `at`.

    The mount belongs to that command alone and vanishes with it.
    """
    options = f"ro,lowerdir={lower_directories(store, layers)},{tier.overlay_options}"
    shell = ["sh", "-c", _MOUNT_AND_RUN, str(store.data), options, str(at), *command]
    return [*(tier.prefix or ("unshare",)), "--mount", "--propagation", "private", *shell]
