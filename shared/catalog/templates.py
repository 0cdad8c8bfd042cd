"""Image templates in Azure Tables. Every write is conditional (ETag): two writers never lose an update.

One partition per subscription; a row's key is `<group>|<name>` in lower case, so that a group's templates
stand together and pages continue after a key.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from azure.core import MatchConditions
from azure.core.exceptions import (
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableEntity

from shared.azure.errors import azure_errors
from shared.catalog.entities import (
    document_columns,
    etag_of,
    if_unchanged,
    read_document,
    replace_if_unchanged,
)
from shared.domain.errors import TransientError
from shared.domain.template_record import TemplateAddress, TemplateRecord

# An entity holds 1 MiB, two bytes a character (Azure Tables' limits).
LARGEST = 400_000
_ATTEMPTS = 8


class TemplateTooLargeError(Exception):
    """The record does not fit into one entity."""


@dataclass(frozen=True)
class Stored:
    """A record as it was read; `etag` names that state of it."""

    record: TemplateRecord
    etag: str


@dataclass(frozen=True)
class Page:
    """`after` is where the next page begins, empty for the last one."""

    templates: tuple[TemplateRecord, ...]
    after: str


@dataclass(frozen=True)
class TemplateCatalog:
    """The table of templates."""

    table: TableClient

    def add(self, record: TemplateRecord) -> str | None:
        """Adds the record; its ETag, or None when there is one at that address already."""
        with azure_errors(f"record template {record.address.name}"):
            try:
                return etag_of(self.table.create_entity(_entity(record)))
            except ResourceExistsError:
                return None

    def get(self, address: TemplateAddress) -> Stored | None:
        """The template at the address, in whatever case it is written."""
        with azure_errors(f"read template {address.name}"):
            try:
                entity = self.table.get_entity(_partition(address.subscription_id), _row(address))
            except ResourceNotFoundError:
                return None
        return Stored(_record(entity), etag_of(entity.metadata))

    def replace(self, before: Stored, record: TemplateRecord) -> str | None:
        """Writes the record over `before`; its new ETag, or None when somebody else wrote meanwhile."""
        with azure_errors(f"record template {record.address.name}"):
            return replace_if_unchanged(self.table, _entity(record), before.etag)

    def delete(self, before: Stored) -> bool:
        """Deletes the template unless somebody wrote to it since it was read; False then."""
        address = before.record.address
        with azure_errors(f"delete template {address.name}"):
            done = if_unchanged(
                lambda: self.table.delete_entity(
                    _partition(address.subscription_id),
                    _row(address),
                    etag=before.etag,
                    match_condition=MatchConditions.IfNotModified,
                )
            )
        return done is not None

    def change(
        self, address: TemplateAddress, change: Callable[[TemplateRecord], TemplateRecord]
    ) -> TemplateRecord | None:
        """Applies `change` to the record as it is stored now; None when there is no such template."""
        for _ in range(_ATTEMPTS):
            stored = self.get(address)
            if stored is None:
                return None
            after = change(stored.record)
            if after == stored.record or self.replace(stored, after):
                return after
        raise TransientError(f"too many writers change template {address.name} at once")

    def page(self, subscription_id: str, resource_group: str, after: str, size: int) -> Page:
        """At most `size` templates behind the key `after`, of one group or, when that is empty, of all."""
        first, last = _range(resource_group)
        query = "PartitionKey eq @partition and RowKey gt @first and RowKey lt @last"
        parameters = {"partition": _partition(subscription_id), "first": max(first, after), "last": last}
        with azure_errors("list the templates"):
            found = self.table.query_entities(query, parameters=parameters, results_per_page=size + 1)
            entities = list(islice(found, size + 1))
        shown = entities[:size]
        more = len(entities) > size
        return Page(tuple(map(_record, shown)), str(shown[-1]["RowKey"]) if more else "")

    def all(self, subscription_id: str, page_size: int = 100) -> Iterator[TemplateRecord]:
        """Every template of a subscription, a page at a time."""
        after = ""
        while True:
            page = self.page(subscription_id, "", after, page_size)
            yield from page.templates
            if not page.after:
                return
            after = page.after


def _partition(subscription_id: str) -> str:
    return subscription_id.lower()


def _row(address: TemplateAddress) -> str:
    return f"{address.resource_group}|{address.name}".lower()


def _range(resource_group: str) -> tuple[str, str]:
    """Keys before and behind a group's; `}` follows `|`, and no key has a character behind it."""
    return (f"{resource_group}|".lower(), f"{resource_group}}}".lower()) if resource_group else ("", "\uffff")


def _entity(record: TemplateRecord) -> dict[str, object]:
    document = document_columns(record)
    length = sum(map(len, document.values()))
    if length > LARGEST:
        raise TemplateTooLargeError(f"{record.address.name} has {length} characters of {LARGEST}")
    return {
        "PartitionKey": _partition(record.address.subscription_id),
        "RowKey": _row(record.address),
        "state": record.state.value,
        "location": record.location,
        **document,
    }


def _record(entity: TableEntity) -> TemplateRecord:
    return read_document(TemplateRecord, entity)
