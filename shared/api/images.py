"""Published images and their lineage on the wire."""

from collections.abc import Iterable

from shared.domain.codec import Json
from shared.domain.published_image import PublishedImage


def image_body(image: PublishedImage) -> dict[str, Json]:
    """One version as `GET /api/images` shows it."""
    return {
        "id": image.id,
        "definitionId": image.definition_id,
        "version": image.version,
        "parent": image.parent,
        "templateId": image.template_id,
        "runId": image.run_id,
        "publishedAt": image.published_at,
        "builtBy": image.built_by or None,
        "digests": dict(image.digests),
        "regions": list(image.regions),
        "state": image.state,
        "stateAt": image.state_at or None,
        "reason": image.reason or None,
        "endOfLifeAt": image.end_of_life_at or None,
    }


def lineage_body(
    image: PublishedImage, ancestors: Iterable[PublishedImage], descendants: Iterable[PublishedImage]
) -> Json:
    return {
        "image": image_body(image),
        "ancestors": [image_body(each) for each in ancestors],
        "descendants": [image_body(each) for each in descendants],
    }


def stale_body(image: PublishedImage, newer_parent: str) -> Json:
    return {**image_body(image), "newerParent": newer_parent}
