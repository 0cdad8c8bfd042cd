"""How records stand in Azure Tables: as JSON in pieces, and written only where nobody else has written."""

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableClient, TableEntity, UpdateMode

from shared.domain.codec import from_json, to_json

T = TypeVar("T")
# A text property holds 32 Ki characters (Azure Tables' limits).
PIECE = 30_000


def document_columns(record: object) -> dict[str, str]:
    """The record in as many text properties as it needs."""
    text = json.dumps(to_json(record), separators=(",", ":"))
    return {f"document{at // PIECE:02d}": text[at : at + PIECE] for at in range(0, len(text), PIECE)}


def read_document(kind: type[T], entity: TableEntity) -> T:
    """The record that `document_columns` wrote."""
    pieces = sorted(name for name in entity if name.startswith("document"))
    return from_json(kind, json.loads("".join(entity[name] for name in pieces)))


def replace_if_unchanged(table: TableClient, entity: Mapping[str, object], etag: str) -> str | None:
    """Writes the entity if it is still as it was read under `etag`; its new ETag, None when it is not."""
    return if_unchanged(
        lambda: table.update_entity(
            entity, mode=UpdateMode.REPLACE, etag=etag, match_condition=MatchConditions.IfNotModified
        )
    )


def if_unchanged(write: Callable[[], Mapping[str, object] | None]) -> str | None:
    """The new ETag of a conditional write, None when somebody else wrote or deleted meanwhile."""
    try:
        return etag_of(write())
    except (ResourceModifiedError, ResourceNotFoundError):
        return None
    except HttpResponseError as error:
        if (
            error.status_code == HTTPStatus.PRECONDITION_FAILED
        ):  # some services answer so without the SDK's type
            return None
        raise


def etag_of(metadata: Mapping[str, object] | None) -> str:
    return str((metadata or {}).get("etag", "*"))
