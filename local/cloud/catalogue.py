"""The marketplace: platform images that a VM may name by publisher, offer, sku and version.

They come from the guest's catalogue. It lists more than can be made here, Windows among them, so that
everything up to the first script can be tried.
"""

from __future__ import annotations

from dataclasses import dataclass

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.ports import MarketplaceImage


@dataclass(frozen=True)
class PlatformImage:
    """One version of a platform image."""

    publisher: str
    offer: str
    sku: str
    version: str
    os_type: str
    generation: str
    architecture: str
    os_disk_gib: int
    guest_image: MarketplaceImage


def platform_image(image: MarketplaceImage) -> PlatformImage:
    return PlatformImage(
        publisher=image.publisher,
        offer=image.offer,
        sku=image.sku,
        version=image.version,
        os_type=image.os_type,
        generation=image.generation,
        architecture=image.architecture,
        os_disk_gib=image.os_disk_gib,
        guest_image=image,
    )


@dataclass(frozen=True)
class Catalogue:
    images: tuple[PlatformImage, ...]

    def publishers(self) -> list[str]:
        return sorted({image.publisher for image in self.images})

    def offers(self, publisher: str) -> list[str]:
        return sorted({i.offer for i in self.images if _same(i.publisher, publisher)})

    def skus(self, publisher: str, offer: str) -> list[str]:
        return sorted({i.sku for i in self.images if _same(i.publisher, publisher) and _same(i.offer, offer)})

    def versions(self, publisher: str, offer: str, sku: str) -> list[PlatformImage]:
        """Oldest first."""
        wanted = (publisher.lower(), offer.lower(), sku.lower())
        found = [i for i in self.images if (i.publisher.lower(), i.offer.lower(), i.sku.lower()) == wanted]
        return sorted(found, key=lambda image: version_order(image.version))

    def resolve(self, reference: Json) -> PlatformImage:
        """The image of an `imageReference`; `latest` is its newest version. Raises ArmError 404 as Azure
        does."""
        publisher, offer, sku = (str(reference.get(key, "")) for key in ("publisher", "offer", "sku"))
        version = str(reference.get("version", "latest"))
        for image in reversed(self.versions(publisher, offer, sku)):
            if version in ("latest", image.version):
                return image
        message = (
            f"The platform image '{publisher}:{offer}:{sku}:{version}' is not available. Verify that "
            "all fields in the storage profile are correct. (This local cloud knows the images of its "
            "catalogue only; docs/local-guest.md says how to add one.)"
        )
        raise ArmError(404, "PlatformImageNotFound", message, "imageReference")


def version_order(version: str) -> tuple[int, ...]:
    """Sorts `x.y.z` by numbers. Parts that are no numbers come first."""
    return tuple(int(part) if part.isdigit() else -1 for part in version.split("."))


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()
