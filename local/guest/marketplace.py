"""The catalogue of images: `marketplace.toml` as shipped, and the files that users extend it with.

Those are `DATA/marketplace.toml` and the file that KILN_LOCAL_MARKETPLACE names. A row is an `[[image]]`
table; a later file's rows replace an earlier one's of the same publisher, offer and sku. docs/local-guest.md
has the fields. Files are read strictly: GuestError carries every problem with its path.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from local.guest.errors import GuestError
from local.guest.fields import Table
from local.guest.recipes import DiskRecipe, MmdebstrapRecipe, NoRecipe, Recipe, TarRecipe, TinyRecipe

_SHIPPED = Path(__file__).with_name("marketplace.toml")
SETTING = "KILN_LOCAL_MARKETPLACE"
_LARGEST_DISK_GIB = 4095
_WORD, _VERSION = r"[A-Za-z0-9][A-Za-z0-9._-]*", r"\d+\.\d+\.\d+"
_SUITE, _PACKAGE = "[a-z]+", r"[a-z0-9][a-z0-9+.-]+"
_SHA256 = "[0-9a-f]{64}"


@dataclass(frozen=True)
class PurchasePlan:
    """What a buyer must have accepted before the image can be used."""

    name: str
    product: str
    publisher: str


@dataclass(frozen=True)
class MarketplaceImage:
    """One version of one image of the catalogue, by Azure's real names."""

    publisher: str
    offer: str
    sku: str
    version: str  # x.y.z
    os_type: str  # "Linux" or "Windows"
    generation: str  # "V1" or "V2"
    architecture: str  # "x64" or "Arm64"
    os_disk_gib: int  # Azure's size of that image's disk
    recipe: Recipe
    plan: PurchasePlan | None = None

    @property
    def name(self) -> str:
        """publisher:offer:sku:version, as Azure's tools write it."""
        return f"{self.publisher}:{self.offer}:{self.sku}:{self.version}"


def read_marketplace(own: Path | None = None) -> tuple[MarketplaceImage, ...]:
    """All images, in the files' order. `own` may be missing; the setting's file may not."""
    files = [_SHIPPED, *([own] if own and own.exists() else [])]
    if named := os.environ.get(SETTING):
        files.append(Path(named))
    images: list[MarketplaceImage] = []
    for file in files:
        added = _read(file)
        replaced = {_sku(image) for image in added}
        images = [*(image for image in images if _sku(image) not in replaced), *added]
    return tuple(images)


def _sku(image: MarketplaceImage) -> tuple[str, str, str]:
    return (image.publisher.lower(), image.offer.lower(), image.sku.lower())


def _read(file: Path) -> list[MarketplaceImage]:
    try:
        document = tomllib.loads(file.read_text())
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GuestError("InvalidMarketplace", f"{file} cannot be read: {error}") from None
    problems: list[str] = []
    images = _images(document, file.parent, problems)
    if problems:
        raise GuestError("InvalidMarketplace", "\n".join(f"{file}: {problem}" for problem in problems))
    return images


def _images(document: dict[str, object], folder: Path, problems: list[str]) -> list[MarketplaceImage]:
    rows = document.pop("image", [])
    problems.extend(f"{key}: only [[image]] tables are expected." for key in document)
    images: list[MarketplaceImage] = []
    seen: dict[tuple[str, str, str], str] = {}
    for number, row in enumerate(rows if isinstance(rows, list) else [rows]):
        table = Table(f"image[{number}]", row if isinstance(row, dict) else {}, problems)
        found = _row(table, folder)
        if found and (earlier := seen.setdefault(_sku(found[0]), table.path)) != table.path:
            table.complain("sku", f"{found[0].name} is listed as {earlier} already.")
        images += found
    return images


def _row(table: Table, folder: Path) -> list[MarketplaceImage]:
    """One image for each version."""
    publisher, offer, sku = (table.text(key, None, _WORD, "a name") for key in ("publisher", "offer", "sku"))
    os_type = table.choice("os_type", ("Linux", "Windows"), "Linux")
    generation = table.choice("generation", ("V1", "V2"))
    architecture = table.choice("architecture", ("x64", "Arm64"), "x64")
    size = table.number("os_disk_gib", 1, _LARGEST_DISK_GIB)
    versions = table.texts("versions", _VERSION, "versions x.y.z", required=True)
    plan = _plan(table.table("plan"))
    recipe = _recipe(table.table("recipe"), folder)
    if not isinstance(recipe, NoRecipe) and (os_type, architecture) != ("Linux", "x64"):
        table.complain("recipe", "only Linux on x64 can be made here; leave the recipe out.")
    table.end()
    return [
        MarketplaceImage(
            publisher, offer, sku, version, os_type, generation, architecture, size, recipe, plan
        )
        for version in versions
    ]


def _plan(table: Table | None) -> PurchasePlan | None:
    if table is None:
        return None
    name, product, publisher = (
        table.text(key, None, _WORD, "a name") for key in ("name", "product", "publisher")
    )
    table.end()
    return PurchasePlan(name, product, publisher)


def _recipe(table: Table | None, folder: Path) -> Recipe:
    if table is None:
        return NoRecipe()
    kind = table.choice("kind", ("mmdebstrap", "tar", "disk", "tiny"))
    recipe: Recipe = NoRecipe()
    match kind:
        case "mmdebstrap":
            recipe = _mmdebstrap(table)
        case "tar":
            recipe = TarRecipe(_location(table, folder), _sha256(table))
        case "disk":
            form = table.choice("format", ("vhd", "qcow2", "raw"))
            recipe = DiskRecipe(_location(table, folder), form, _sha256(table))
        case "tiny":
            recipe = TinyRecipe()
        case _:
            return recipe  # its other fields cannot be judged
    table.end()
    return recipe


def _mmdebstrap(table: Table) -> MmdebstrapRecipe:
    return MmdebstrapRecipe(
        suite=table.text("suite", None, _SUITE, "a suite's code name"),
        distribution=table.choice("distribution", ("debian", "ubuntu"), "debian"),
        components=table.texts("components", "[a-z-]+", "components"),
        packages=table.texts("packages", _PACKAGE, "package names"),
    )


def _location(table: Table, folder: Path) -> str:
    """A path is relative to the file that names it."""
    location = table.text("location", None, ".+", "a path or an http(s) URL")
    if location.startswith(("http://", "https://")):
        return location
    if "://" in location:
        table.complain("location", f"must be a path or an http(s) URL, not {location!r}.")
    return str((folder / location).absolute())


def _sha256(table: Table) -> str:
    """Needed for what is downloaded; a file of this machine is known by its size and time too."""
    remote = str(table.values.get("location", "")).startswith(("http://", "https://"))
    return table.text("sha256", None if remote else "", _SHA256, "64 lowercase hexadecimal digits")
