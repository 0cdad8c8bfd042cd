"""Operations on templates in Azure Tables, by their id."""

from dataclasses import dataclass

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import TableClient, UpdateMode

from shared.azure.errors import azure_errors
from shared.catalog.entities import document_columns, read_document
from shared.domain.template_operation import TemplateOperation

ROW = "operation"


@dataclass(frozen=True)
class OperationCatalog:
    """The table of operations; each has a partition of its own, so that polling them spreads."""

    table: TableClient

    def put(self, operation: TemplateOperation) -> None:
        """Records the operation, over what was known of it."""
        entity = {
            "PartitionKey": operation.id,
            "RowKey": ROW,
            "startedAt": operation.started_at,
            **document_columns(operation),
        }
        with azure_errors(f"record operation {operation.id}"):
            self.table.upsert_entity(entity, mode=UpdateMode.REPLACE)

    def get(self, operation_id: str) -> TemplateOperation | None:
        """The operation, None when there is none of that id."""
        with azure_errors(f"read operation {operation_id}"):
            try:
                entity = self.table.get_entity(operation_id.lower(), ROW)
            except ResourceNotFoundError:
                return None
        return read_document(TemplateOperation, entity)
