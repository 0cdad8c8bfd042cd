"""Patch and lifecycle policies and the reports of what they did, in Azure Tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableClient, UpdateMode

from shared.azure.errors import azure_errors
from shared.catalog.entities import document_columns, read_document
from shared.catalog.tables import is_key
from shared.domain.lifecycle import LifecycleReport
from shared.domain.patch_cycle import CycleReport
from shared.domain.stored_policy import PATCH, StoredPolicy

T = TypeVar("T")


@dataclass(frozen=True)
class CycleCatalog:
    """The table of policies and cycles: reports have one writer each, their orchestration."""

    table: TableClient

    def put_policy(self, policy: StoredPolicy) -> None:
        self._put(f"policy-{policy.kind}", policy.name.lower(), policy)

    def get_policy(self, name: str, kind: str = PATCH) -> StoredPolicy | None:
        return self._get(f"policy-{kind}", name.lower(), StoredPolicy)

    def delete_policy(self, name: str, kind: str = PATCH) -> None:
        """One that is not there is deleted already."""
        if not is_key(name):
            return
        with azure_errors("delete a policy"):
            self.table.delete_entity(f"policy-{kind}", name.lower())

    def policies(self, kind: str = PATCH) -> Iterator[StoredPolicy]:
        return self._query(f"policy-{kind}", StoredPolicy)

    def save_lifecycle(self, report: LifecycleReport) -> None:
        """Keeps the newest report of each policy."""
        self._put("lifecycle-reports", report.policy.lower(), report)

    def get_lifecycle(self, policy: str) -> LifecycleReport | None:
        """What the policy did, or would have done, the last time."""
        return self._get("lifecycle-reports", policy.lower(), LifecycleReport)

    def save_cycle(self, report: CycleReport) -> None:
        self._put(_cycles_of(report.policy), report.id, report)

    def get_cycle(self, policy: str, cycle_id: str) -> CycleReport | None:
        return self._get(_cycles_of(policy), cycle_id, CycleReport)

    def cycles(self, policy: str, limit: int) -> Iterator[CycleReport]:
        """The newest first: their ids begin with what is left of time."""
        return islice(self._query(_cycles_of(policy), CycleReport), limit)

    def _put(self, partition: str, row: str, document: object) -> None:
        with azure_errors("record a policy or cycle"):
            entity = {"PartitionKey": partition, "RowKey": row, **document_columns(document)}
            self.table.upsert_entity(entity, mode=UpdateMode.REPLACE)

    def _get(self, partition: str, row: str, kind: type[T]) -> T | None:
        if not (is_key(partition) and is_key(row)):
            return None
        with azure_errors("read a policy or cycle"):
            try:
                return read_document(kind, self.table.get_entity(partition, row))
            except ResourceNotFoundError:
                return None

    def _query(self, partition: str, kind: type[T]) -> Iterator[T]:
        with azure_errors("list policies or cycles"):
            for entity in self.table.query_entities("PartitionKey eq @p", parameters={"p": partition}):
                yield read_document(kind, entity)


def _cycles_of(policy: str) -> str:
    return f"cycles-{policy.lower()}"
