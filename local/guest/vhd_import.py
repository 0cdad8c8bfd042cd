"""Contents out of VHDs that were made elsewhere, or exported here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from local.guest import sparse
from local.guest.disk.layout import GIB
from local.guest.disk_image import build
from local.guest.isolation import Tier
from local.guest.layers import remove_tree
from local.guest.store import DiskState, Store
from local.guest.vhd import read_footer


def import_vhd(store: Store, tier: Tier, vhd: Path, content_id: str, os_type: str | None) -> None:
    """Linux: its root file system is read, for layers need it. Windows and data disks: bytes are kept."""
    file = store.content_file(content_id)
    with store.lock(f"import-{content_id}"):
        if file.exists():
            return
        draft = store.temporary / store.temporary_name()
        try:
            read = _read_linux if os_type == "Linux" else _read_bytes
            name = store.new_layer()
            state = read(store, tier, vhd, draft, name)
            with store.lock("references"):
                draft.rename(store.layers / name)
                store.write(file, replace(state, os_type=os_type or state.os_type))
        finally:
            remove_tree(tier, draft)


def _read_linux(store: Store, tier: Tier, vhd: Path, draft: Path, name: str) -> DiskState:
    read_footer(vhd)
    draft.mkdir()
    root = build(store, tier, vhd, "vhd", draft)
    draft.chmod(0o755)
    return DiskState((name,), root.size_gib, root.root_uuid, root.bootable, esp_id=root.esp_id)


def _read_bytes(store: Store, tier: Tier, vhd: Path, draft: Path, name: str) -> DiskState:
    del store, tier
    size = read_footer(vhd).size
    sparse.copy(vhd, draft, size)
    return DiskState((), -(-size // GIB), "", bootable=False, image=name)
