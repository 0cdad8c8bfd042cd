"""Claims: the first to write a name owns it, and its owner may claim it again."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableClient, UpdateMode

from shared.azure.errors import azure_errors

MOST_DELETED = 1000


class Claim(StrEnum):
    NEW = "new"  # made by this call
    OWN = "own"  # made before by the same owner
    TAKEN = "taken"  # somebody else's


@dataclass(frozen=True)
class Claims:
    """The table of claims: version numbers of a definition, scripts of a run."""

    table: TableClient

    def owner(self, scope: str, name: str) -> str:
        """Who has claimed `name`, empty for nobody."""
        with azure_errors(f"look at the claim on {name}"):
            try:
                return str(self.table.get_entity(scope, name)["owner"])
            except ResourceNotFoundError:
                return ""

    def take_over(self, scope: str, name: str, former: str, owner: str) -> bool:
        """Makes a claim of `former`, who has no use for it any more, one of `owner`; one of them wins."""
        with azure_errors(f"take over the claim on {name}"):
            entity = self.table.get_entity(scope, name)
            if entity["owner"] != former:
                return bool(entity["owner"] == owner)
            entity["owner"] = owner
            try:
                self.table.update_entity(
                    entity,
                    mode=UpdateMode.REPLACE,
                    etag=entity.metadata["etag"],
                    match_condition=MatchConditions.IfNotModified,
                )
            except ResourceModifiedError:
                return False
            return True

    def claim(self, scope: str, name: str, owner: str) -> Claim:
        """Claims `name` within `scope`; neither may contain `/ \\ # ?`."""
        with azure_errors(f"claim {name}"):
            try:
                self.table.create_entity({"PartitionKey": scope, "RowKey": name, "owner": owner})
            except ResourceExistsError:
                found = self.table.get_entity(scope, name)
                return Claim.OWN if found["owner"] == owner else Claim.TAKEN
            return Claim.NEW

    def delete_older(self, than: datetime) -> int:
        """Deletes claims made before a moment, at most 1000 of them; returns their number."""
        text = than.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with azure_errors("delete expired claims"):
            found = self.table.query_entities(
                f"Timestamp lt datetime'{text}'", select=["PartitionKey", "RowKey"]
            )
            expired = list(islice(found, MOST_DELETED))
            for entity in expired:
                self.table.delete_entity(entity)
        return len(expired)
