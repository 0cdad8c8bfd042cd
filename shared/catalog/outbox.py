"""Events still to be told, in Azure Tables: each is here from before its state is written till it is sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.data.tables import TableClient, UpdateMode

from shared.azure.errors import azure_errors
from shared.catalog.entities import document_columns, read_document
from shared.domain.image_events import ImageEvent

PARTITION = "event"


@dataclass(frozen=True)
class Outbox:
    """The table of events, by their id: the same event is kept once."""

    table: TableClient

    def keep(self, event: ImageEvent) -> None:
        with azure_errors("keep an event"):
            entity = {"PartitionKey": PARTITION, "RowKey": event.id, **document_columns(event)}
            self.table.upsert_entity(entity, mode=UpdateMode.REPLACE)

    def forget(self, event: ImageEvent) -> None:
        """One that is not there has been told."""
        with azure_errors("forget an event"):
            self.table.delete_entity(PARTITION, event.id)

    def waiting(self, since: datetime) -> Iterator[ImageEvent]:
        """Those kept before a moment."""
        text = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        query = f"PartitionKey eq '{PARTITION}' and Timestamp lt datetime'{text}'"
        with azure_errors("list the events"):
            for entity in self.table.query_entities(query):
                yield read_document(ImageEvent, entity)
