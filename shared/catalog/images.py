"""Published images in Azure Tables: one partition for each definition, one row for each version."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from azure.core.exceptions import (
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableEntity

from shared.azure.errors import azure_errors
from shared.catalog.entities import document_columns, etag_of, read_document, replace_if_unchanged
from shared.catalog.tables import MOST_ROWS, is_key
from shared.domain.errors import TransientError
from shared.domain.published_image import PublishedImage, lineage_key, version_of

_ATTEMPTS = 8
_BETWEEN = "/"  # no key of a table holds one


@dataclass(frozen=True)
class ImagePage:
    """`after` is where the next page begins, empty for the last one."""

    images: tuple[PublishedImage, ...]
    after: str


def is_place(text: str) -> bool:
    """Whether a page could begin behind `text`."""
    parts = text.split(_BETWEEN)
    return len(parts) == 2 and all(map(is_key, parts))  # noqa: PLR2004 - partition and row


@dataclass(frozen=True)
class ImageCatalog:
    """The table of published images."""

    table: TableClient

    def add(self, image: PublishedImage) -> None:
        """Records the image unless it is recorded already, in whatever state."""
        with azure_errors(f"record image {image.version}"):
            try:
                self.table.create_entity(_entity(image))
            except ResourceExistsError:
                return

    def get(self, version_id: str) -> PublishedImage | None:
        """The image with that full ARM id, in whatever case; None for what Kiln did not publish."""
        entity = self._entity(version_id)
        return None if entity is None else _image(entity)

    def change(
        self, version_id: str, change: Callable[[PublishedImage], PublishedImage]
    ) -> PublishedImage | None:
        """Applies `change` to the record as it is stored now, whoever else writes; None without one."""
        for _ in range(_ATTEMPTS):
            entity = self._entity(version_id)
            if entity is None:
                return None
            before = _image(entity)
            after = change(before)
            if after == before or self._replace(entity, after):
                return after
        raise TransientError(f"too many writers change {version_id} at once")

    def page(self, definition_id: str, after: str, size: int) -> ImagePage:
        """At most `size` images behind the key `after`, of one definition or, when that is empty, of all."""
        partition, _, row = after.partition(_BETWEEN)
        parameters = {"of": _partition(definition_id), "p": partition, "r": row}
        asked = "PartitionKey ge @p and (PartitionKey gt @p or RowKey gt @r )"  # the SDK reads words
        asked = f"PartitionKey eq @of and {asked}" if definition_id else asked
        most = min(size + 1, MOST_ROWS)
        with azure_errors("list the images"):
            found = self.table.query_entities(asked, parameters=parameters, results_per_page=most)
            rows = list(islice(found, size + 1))
        last = rows[size - 1] if len(rows) > size else None
        key = f"{last['PartitionKey']}{_BETWEEN}{last['RowKey']}" if last else ""
        return ImagePage(tuple(map(_image, rows[:size])), key)

    def of_definition(self, definition_id: str) -> tuple[PublishedImage, ...]:
        """All versions that Kiln published to the definition, in no order."""
        return tuple(self._query("PartitionKey eq @key", {"key": _partition(definition_id)}))

    def children(self, parent: str) -> tuple[PublishedImage, ...]:
        """The images that were built straight on `parent`, an exact version."""
        return tuple(self._query("parent eq @parent", {"parent": parent.lower()}))

    def all(self) -> Iterator[PublishedImage]:
        """Every image, a page at a time."""
        return self._query("PartitionKey ne @none", {"none": ""})

    def _query(self, query: str, parameters: dict[str, str]) -> Iterator[PublishedImage]:
        with azure_errors("list the images"):
            for entity in self.table.query_entities(query, parameters=parameters):
                yield _image(entity)

    def _entity(self, version_id: str) -> TableEntity | None:
        partition, row = _partition(version_id), version_of(version_id)
        if not (is_key(partition) and is_key(row)):
            return None
        with azure_errors("read an image"):
            try:
                return self.table.get_entity(partition, row)
            except ResourceNotFoundError:
                return None

    def _replace(self, entity: TableEntity, image: PublishedImage) -> bool:
        """Writes the image if nobody has written it since `entity` was read."""
        with azure_errors(f"record image {image.version}"):
            return replace_if_unchanged(self.table, _entity(image), etag_of(entity.metadata)) is not None


def _partition(reference: str) -> str:
    """Table keys may not hold slashes."""
    return lineage_key(reference).replace("/", "|")


def _entity(image: PublishedImage) -> dict[str, object]:
    return {
        "PartitionKey": _partition(image.id),
        "RowKey": version_of(image.id),
        "parent": image.parent.lower(),
        "template": image.template_id.lower(),
        "state": image.state.value,
        **document_columns(image),
    }


def _image(entity: TableEntity) -> PublishedImage:
    return read_document(PublishedImage, entity)
