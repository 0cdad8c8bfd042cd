"""Base images: a marketplace image's root file system, built on first use and kept as a content."""

from __future__ import annotations

import hashlib
import uuid
from pathlib import Path

from local.guest import debian_image, tiny_image
from local.guest.isolation import Tier
from local.guest.layers import remove_tree
from local.guest.marketplace import DebianRecipe, MarketplaceImage
from local.guest.store import DiskState, Store

_FORMAT = 1  # raise it when bases must be built anew
_ROOT_NAMES = uuid.UUID("5d0ff3d1-2f4b-4fd0-a7f6-93a2f0a2f2b4")


def prepare(store: Store, tier: Tier, image: MarketplaceImage) -> str:
    """The content id of the image. A second caller waits for the first; a build cut short leaves nothing."""
    content_id = _content_id(image)
    file = store.content_file(content_id)
    with store.lock(f"base-{content_id}"):
        if not file.exists():
            _build(store, tier, image, content_id, file)
    return content_id


def _content_id(image: MarketplaceImage) -> str:
    """The same for images that differ in name and generation only."""
    recipe = image.recipe
    if isinstance(recipe, DebianRecipe):
        name, facts = f"debian-{recipe.suite}", debian_image.facts()
    else:
        name, facts = "tiny", ""
    digest = hashlib.sha256(f"{_FORMAT} {recipe} {image.os_disk_gib} {facts}".encode()).hexdigest()
    return f"base-{name}-{digest[:12]}"


def _build(store: Store, tier: Tier, image: MarketplaceImage, content_id: str, file: Path) -> None:
    tree = store.new_temporary()
    root_uuid = str(uuid.uuid5(_ROOT_NAMES, content_id))
    try:
        bootable = isinstance(image.recipe, DebianRecipe)
        if isinstance(image.recipe, DebianRecipe):
            debian_image.build(tier, image.recipe, tree, root_uuid)
        else:
            tiny_image.build(tree)
        tree.chmod(0o755)
    except BaseException:
        remove_tree(tier, tree)
        raise
    layer = store.new_layer()
    with store.lock("references"):
        tree.rename(store.layers / layer)
        store.write(file, DiskState((layer,), image.os_disk_gib, root_uuid, bootable))
