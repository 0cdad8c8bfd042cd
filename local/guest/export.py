"""Contents as VHD files, each built once."""

from __future__ import annotations

import time
import uuid
from pathlib import Path

from local.guest.disk.build import build_vhd
from local.guest.isolation import Tier
from local.guest.store import Store

_VHD_NAMES = uuid.UUID("0a4f1d59-6f0e-4a55-9f57-3f6a51b8e7c1")


def export_vhd(store: Store, tier: Tier, content_id: str) -> Path:
    """The content's VHD. A second caller waits for the first; a build that was cut short leaves nothing."""
    vhd = store.vhd_file(content_id)
    with store.lock(f"vhd-{content_id}"):
        content = store.content(content_id)
        if not vhd.exists():
            draft = store.temporary / f"{store.temporary_name()}.vhd"
            identity = uuid.uuid5(_VHD_NAMES, content_id)
            try:
                build_vhd(store, tier, content, identity, draft, int(time.time()))
                draft.replace(vhd)
            finally:
                draft.unlink(missing_ok=True)
    return vhd
