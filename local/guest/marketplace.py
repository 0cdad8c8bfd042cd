"""The catalogue of images: the shipped `marketplace.toml`, and one of the user's own beside the data.

A row is an `[[image]]` table with publisher, offer, sku, version, generation, os_disk_gib and recipe, an
inline table with `kind`: "debian" (with `suite`; built by mmdebstrap) or "tiny" (busybox; for tests).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.guest.errors import GuestError

_SHIPPED = Path(__file__).with_name("marketplace.toml")
_TEXTS = ("publisher", "offer", "sku", "version", "generation")
_KEYS = {*_TEXTS, "os_disk_gib", "recipe"}
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_SUITE = re.compile(r"[a-z]+")
_LARGEST_DISK_GIB = 4095


@dataclass(frozen=True)
class DebianRecipe:
    """A Debian suite with kernel, boot loaders, cloud-init and Azure's agent."""

    suite: str


@dataclass(frozen=True)
class TinyRecipe:
    """Busybox and nothing else: no kernel, so the disk cannot boot."""


@dataclass(frozen=True)
class MarketplaceImage:
    """One row of the catalogue, by Azure's real names."""

    publisher: str
    offer: str
    sku: str
    version: str  # x.y.z
    os_type: str  # "Linux"
    generation: str  # "V1" or "V2"
    architecture: str  # "x64"
    os_disk_gib: int  # Azure's size of that image's disk
    recipe: DebianRecipe | TinyRecipe


def read_marketplace(own: Path) -> tuple[MarketplaceImage, ...]:
    """All rows; those of the user's file, if there is one, come last. Raises GuestError naming the row."""
    files = [_SHIPPED, own] if own.exists() else [_SHIPPED]
    return tuple(image for file in files for image in _read(file))


def _read(file: Path) -> list[MarketplaceImage]:
    try:
        document = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuestError("InvalidMarketplace", f"{file}: {error}") from None
    rows = document.get("image", [])
    if set(document) - {"image"} or not isinstance(rows, list):
        raise GuestError("InvalidMarketplace", f"{file}: only [[image]] tables are expected.")
    return [_image(f"{file}: image {number}", row) for number, row in enumerate(rows, 1)]


def _image(place: str, row: Mapping[str, object]) -> MarketplaceImage:
    if set(row) != _KEYS:
        wrong = ", ".join(sorted(_KEYS ^ set(row)))
        raise GuestError("InvalidMarketplace", f"{place}: missing or unknown: {wrong}.")
    texts = {key: _text(place, key, row[key]) for key in _TEXTS}
    size = row["os_disk_gib"]
    if not _VERSION.fullmatch(texts["version"]):
        raise GuestError("InvalidMarketplace", f"{place}: version must be x.y.z, not {texts['version']!r}.")
    if texts["generation"] not in ("V1", "V2"):
        raise GuestError("InvalidMarketplace", f"{place}: generation must be V1 or V2.")
    if not isinstance(size, int) or not 1 <= size <= _LARGEST_DISK_GIB:
        raise GuestError("InvalidMarketplace", f"{place}: os_disk_gib must be from 1 to {_LARGEST_DISK_GIB}.")
    return MarketplaceImage(
        **texts, os_type="Linux", architecture="x64", os_disk_gib=size, recipe=_recipe(place, row["recipe"])
    )


def _text(place: str, key: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise GuestError("InvalidMarketplace", f"{place}: {key} must be text.")
    return value


def _recipe(place: str, value: object) -> DebianRecipe | TinyRecipe:
    match value:
        case {"kind": "tiny", **rest} if not rest:
            return TinyRecipe()
        case {"kind": "debian", "suite": str(suite), **rest} if not rest and _SUITE.fullmatch(suite):
            return DebianRecipe(suite)
    raise GuestError(
        "InvalidMarketplace",
        f'{place}: recipe must be {{ kind = "debian", suite = "…" }} or {{ kind = "tiny" }}.',
    )
