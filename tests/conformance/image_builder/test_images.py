"""Pages of the catalog of images against a real table service."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from azure.data.tables import TableServiceClient

from shared.catalog.images import ImageCatalog, is_place
from shared.domain.published_image import PublishedImage
from tests.conformance.image_builder.harness import Kiln

DEFINITION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/x/images/{}"


@pytest.fixture
def catalog(kiln: Kiln) -> Iterator[ImageCatalog]:
    with TableServiceClient.from_connection_string(kiln.stack.local.endpoints.storage) as service:
        table = service.create_table(f"i{uuid.uuid4().hex}")
        with table:
            yield ImageCatalog(table)


def image(definition: str, version: str) -> PublishedImage:
    of = DEFINITION.format(definition)
    return PublishedImage(
        f"{of}/versions/{version}", of, version, "a:b:c:1", "/t", "r", "2026-01-01T00:00:00Z"
    )


def test_pages_of_a_definition_and_of_all(catalog: ImageCatalog) -> None:
    made = [image(name, f"1.0.{number}") for name in ("a", "a-b", "b") for number in range(3)]
    for each in made:
        catalog.add(each)
    for size in (1, 2, 3, 4, 9, 50):
        for definition in ("", DEFINITION.format("A-B")):
            found, after = [], ""
            while True:
                page = catalog.page(definition, after, size)
                assert len(page.images) <= size
                found += page.images
                after = page.after
                if not after:
                    break
                assert is_place(after)
            wanted = [each for each in made if definition.lower() in ("", each.definition_id.lower())]
            assert [each.id for each in found] == [each.id for each in wanted]
