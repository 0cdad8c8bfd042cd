"""Revoking a version that must not be used any more, and what was built on it."""

from dataclasses import replace

from shared.domain.published_image import ImageState, PublishedImage
from shared.rebuilds.lineage import descendants
from shared.services import Services


def to_revoke(kiln: Services, version_id: str, *, with_descendants: bool) -> tuple[PublishedImage, ...]:
    """The version and, if asked, all built on it; empty for one that Kiln did not publish."""
    image = kiln.images.get(version_id)
    if image is None:
        return ()
    below = tuple(descendants(kiln.images, image)) if with_descendants else ()
    return tuple(
        each for each in (image, *below) if each.state not in (ImageState.REVOKED, ImageState.DELETED)
    )


def mark_revoked(kiln: Services, version_id: str, reason: str, at: str) -> None:
    """Remembers it; the change in Azure comes first."""

    def change(image: PublishedImage) -> PublishedImage:
        if image.state is ImageState.REVOKED:
            return image
        return replace(image, state=ImageState.REVOKED, state_at=at, reason=reason, end_of_life_at=at)

    kiln.images.change(version_id, change)
