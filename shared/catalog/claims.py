"""Claims: the first to write a name owns it, and its owner may claim it again."""

from dataclasses import dataclass
from enum import StrEnum

from azure.core.exceptions import ResourceExistsError
from azure.data.tables import TableClient

from shared.azure.errors import azure_errors


class Claim(StrEnum):
    NEW = "new"  # made by this call
    OWN = "own"  # made before by the same owner
    TAKEN = "taken"  # somebody else's


@dataclass(frozen=True)
class Claims:
    """The table of claims: version numbers of a definition, scripts of a run."""

    table: TableClient

    def claim(self, scope: str, name: str, owner: str) -> Claim:
        """Claims `name` within `scope`; neither may contain `/ \\ # ?`."""
        with azure_errors(f"claim {name}"):
            try:
                self.table.create_entity({"PartitionKey": scope, "RowKey": name, "owner": owner})
            except ResourceExistsError:
                found = self.table.get_entity(scope, name)
                return Claim.OWN if found["owner"] == owner else Claim.TAKEN
            return Claim.NEW
