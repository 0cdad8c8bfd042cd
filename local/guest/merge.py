"""Keeps the number of a disk's layers small: many become one with the same effect.

Overlayfs slows down with each layer, and the kernel takes at most one page of mount options.
"""

from __future__ import annotations

import sys
from pathlib import Path

from local.guest.isolation import Tier
from local.guest.layers import Layers
from local.guest.overlay import view_command
from local.guest.store import DiskState, Store
from local.guest.tools import run

MOST_LAYERS = 20
_DIFFERENCE = Path(__file__).with_name("tree_difference.py")


def merge_if_many(store: Store, tier: Tier, disk_id: str, disk: DiskState) -> None:
    """Merges what is above the base if there are more than MOST_LAYERS. The caller holds the disk's lock."""
    if len(disk.layers) <= MOST_LAYERS:
        return
    base, *upper = disk.layers
    merged = store.new_temporary()
    view = store.new_temporary()
    command = [sys.executable, "-I", "-S", str(_DIFFERENCE), str(store.layers / base), str(view), str(merged)]
    wrapped = view_command(tier, store, (base, *upper), view, command)
    run(wrapped)
    view.rmdir()
    Layers(store, tier).adopt_merged(disk_id, base, merged)
