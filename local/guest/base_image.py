"""Base images: a marketplace image's root file system, built on first use and kept as a content."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import replace
from pathlib import Path

from local.guest import bootstrap_image, disk_image, tar_image, tiny_image
from local.guest.downloads import local_file, origin
from local.guest.errors import GuestError
from local.guest.isolation import Tier
from local.guest.layers import remove_tree
from local.guest.marketplace import SETTING, MarketplaceImage
from local.guest.recipes import DiskRecipe, MmdebstrapRecipe, NoRecipe, Recipe, TarRecipe, TinyRecipe
from local.guest.store import DiskState, Store

_FORMAT = 2  # raise it when bases must be built anew
_ROOT_NAMES = uuid.UUID("5d0ff3d1-2f4b-4fd0-a7f6-93a2f0a2f2b4")


def prepare(store: Store, tier: Tier, image: MarketplaceImage) -> str:
    """The content id of the image. A second caller waits for the first; a build cut short leaves nothing."""
    if isinstance(image.recipe, NoRecipe) and image.os_type == "Linux":
        raise _not_available(image)
    content_id = _content_id(image)
    file = store.content_file(content_id)
    with store.lock(f"base-{content_id}"):
        if not file.exists():
            _build(store, tier, image, content_id, file)
    return content_id


def _not_available(image: MarketplaceImage) -> GuestError:
    return GuestError(
        "ImageNotAvailable",
        f"The image {image.name} is known but cannot be made here. To add it, write an [[image]] row with"
        " these names and a recipe (a root tarball, or a qcow2 or VHD with an ext4 root) into the file that"
        f" {SETTING} names; docs/local-guest.md shows how.",
    )


def _content_id(image: MarketplaceImage) -> str:
    """The same for images that differ in name and generation only."""
    name = _label(image.recipe)
    digest = hashlib.sha256(f"{_FORMAT} {image.recipe} {image.os_disk_gib} {_facts(image.recipe)}".encode())
    return f"base-{name}-{digest.hexdigest()[:12]}"


def _label(recipe: Recipe) -> str:
    match recipe:
        case MmdebstrapRecipe():
            return f"{recipe.distribution}-{recipe.suite}"
        case TarRecipe():
            return "tar"
        case DiskRecipe():
            return "disk"
        case TinyRecipe():
            return "tiny"
        case NoRecipe():
            return "windows"


def _facts(recipe: Recipe) -> str:
    """What the content is made from besides what the recipe says."""
    match recipe:
        case MmdebstrapRecipe():
            return bootstrap_image.facts(recipe)
        case TarRecipe() | DiskRecipe():
            return origin(recipe.location, recipe.sha256)
        case TinyRecipe():
            return tiny_image.facts()
        case NoRecipe():
            return ""


def _build(store: Store, tier: Tier, image: MarketplaceImage, content_id: str, file: Path) -> None:
    empty = DiskState((), image.os_disk_gib, str(uuid.uuid5(_ROOT_NAMES, content_id)), bootable=False)
    if isinstance(image.recipe, NoRecipe):
        store.write(file, replace(empty, os_type=image.os_type))
        return
    tree = store.new_temporary()
    try:
        state = _fill(store, tier, image, tree, empty)
        tree.chmod(0o755)
    except BaseException:
        remove_tree(tier, tree)
        raise
    layer = store.new_layer()
    with store.lock("references"):
        tree.rename(store.layers / layer)
        store.write(file, replace(state, layers=(layer,)))


def _fill(store: Store, tier: Tier, image: MarketplaceImage, tree: Path, empty: DiskState) -> DiskState:
    """Makes the root file system; returns what is known of its disk then."""
    match image.recipe:
        case MmdebstrapRecipe() as recipe:
            bootstrap_image.build(tier, recipe, tree, empty.root_uuid)
            return replace(empty, bootable=True)
        case TarRecipe() as recipe:
            with local_file(store, recipe.location, recipe.sha256) as archive:
                return replace(empty, bootable=tar_image.build(tier, archive, tree, empty.root_uuid))
        case DiskRecipe() as recipe:
            with local_file(store, recipe.location, recipe.sha256) as disk:
                found = disk_image.build(store, tier, disk, recipe.format, tree)
            if found.size_gib > image.os_disk_gib:
                problem = f"{found.size_gib} GiB; os_disk_gib says {image.os_disk_gib}"
                raise GuestError("DiskTooSmall", f"The disk image of {image.name} has {problem}.")
            return replace(empty, root_uuid=found.root_uuid, esp_id=found.esp_id, bootable=found.bootable)
        case _:
            tiny_image.build(tree)
            return empty
