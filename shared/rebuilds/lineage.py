"""Questions about published images: what is one made from, what is made from it, and what is out of date."""

from collections.abc import Iterator

from shared.catalog.images import ImageCatalog
from shared.domain.published_image import ImageState, PublishedImage, lineage_key
from shared.domain.rebuild import is_newer

# A lineage is a tree by construction; this bounds what a faulty record could cost.
MOST_GENERATIONS = 50
USABLE = (ImageState.LIVE, ImageState.DEPRECATED, ImageState.EXCLUDED)


def ancestors(images: ImageCatalog, image: PublishedImage) -> Iterator[PublishedImage]:
    """The images that it was built on, the nearest first; ends where Kiln did not publish the parent."""
    for _ in range(MOST_GENERATIONS):
        parent = images.get(image.parent) if image.parent.startswith("/") else None
        if parent is None:
            return
        yield parent
        image = parent


def descendants(images: ImageCatalog, image: PublishedImage) -> Iterator[PublishedImage]:
    """Everything built on it, generation after generation."""
    generation: tuple[PublishedImage, ...] = (image,)
    for _ in range(MOST_GENERATIONS):
        generation = tuple(child for parent in generation for child in images.children(parent.id))
        if not generation:
            return
        yield from generation


def newest_by_image(images: ImageCatalog) -> dict[str, PublishedImage]:
    """The newest usable version of each definition, by its lineage key."""
    newest: dict[str, PublishedImage] = {}
    for image in images.all():
        known = newest.get(lineage_key(image.id))
        if image.state in USABLE and (known is None or is_newer(image.id, known.id)):
            newest[lineage_key(image.id)] = image
    return newest


def stale(images: ImageCatalog) -> Iterator[tuple[PublishedImage, str]]:
    """The newest version of each image whose parent has a newer one by now, and that newer version's id."""
    newest = newest_by_image(images)
    for image in newest.values():
        parent = newest.get(lineage_key(image.parent))
        if parent is not None and is_newer(parent.id, image.parent):
            yield image, parent.id
