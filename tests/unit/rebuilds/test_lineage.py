"""Lineage over published images: up, down, and what is out of date."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.published_image import ImageState, PublishedImage
from shared.rebuilds.lineage import ancestors, descendants, stale
from tests.unit.rebuilds.memory import ROOT, gallery_image


@dataclass
class Images:
    found: dict[str, PublishedImage]

    def get(self, version_id: str) -> PublishedImage | None:
        return self.found.get(version_id.lower())

    def children(self, parent: str) -> tuple[PublishedImage, ...]:
        return tuple(each for each in self.found.values() if each.parent.lower() == parent.lower())

    def all(self) -> Iterator[PublishedImage]:
        return iter(self.found.values())


def image(name: str, number: str, parent: str, state: ImageState = ImageState.LIVE) -> PublishedImage:
    id_ = f"{gallery_image(name)}/versions/{number}"
    return PublishedImage(id_, gallery_image(name), number, parent, "/t", "run", "2026-11-21", state=state)


BASE = image("base", "1.0.9", f"{ROOT}:12.0.1")
WEB = image("web", "1.0.0", BASE.id.upper())
APP = image("app", "1.0.0", WEB.id)
OTHER = image("other", "3.0.0", BASE.id)


def catalog(*images: PublishedImage) -> Images:
    return Images({each.id.lower(): each for each in images})


def test_ancestors_and_descendants() -> None:
    images = catalog(BASE, WEB, APP, OTHER)
    assert list(ancestors(images, APP)) == [WEB, BASE]  # type: ignore[arg-type]
    assert list(descendants(images, BASE)) == [WEB, OTHER, APP]  # type: ignore[arg-type]
    assert list(ancestors(images, BASE)) == []  # type: ignore[arg-type]


def test_stale_is_the_newest_of_an_image_on_a_parent_that_is_not_the_newest() -> None:
    newer = image("base", "1.0.10", f"{ROOT}:12.0.2")
    old_web = image("web", "0.9.0", BASE.id)
    images = catalog(BASE, newer, old_web, WEB, APP)
    assert list(stale(images)) == [(WEB, newer.id)]  # type: ignore[arg-type]
    revoked = image("base", "1.0.11", ROOT, ImageState.REVOKED)
    assert list(stale(catalog(BASE, revoked, WEB))) == []  # type: ignore[arg-type]


def test_a_record_that_names_itself_as_its_parent_ends() -> None:
    loop = image("loop", "1.0.0", f"{gallery_image('loop')}/versions/1.0.0")
    assert len(list(ancestors(catalog(loop), loop))) <= 50  # type: ignore[arg-type]
    assert len(list(descendants(catalog(loop), loop))) <= 50  # type: ignore[arg-type]
