"""A stored template and a Kiln whose catalogs are dictionaries."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from shared.catalog.templates import Stored
from shared.domain.run import Run
from shared.domain.template_operation import TemplateOperation
from shared.domain.template_record import ProvisioningState, TemplateAddress, TemplateRecord
from shared.domain.transitions import Event, apply
from shared.starting import Instance

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ADDRESS = TemplateAddress(SUBSCRIPTION, "images", "web")
OPERATION = "99999999-8888-7777-6666-555555555555"
SOURCE = {"type": "PlatformImage", "publisher": "Debian", "offer": "debian-12", "sku": "12-gen2"}
GALLERY = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/images/providers/Microsoft.Compute/galleries/g/images"
)


def record(**changes: Any) -> TemplateRecord:
    document = {
        "location": "westeurope",
        "properties": {
            "source": {**SOURCE, "version": "latest"},
            "distribute": [{"type": "VHD", "runOutputName": "vhd"}],
        },
    }
    plain = TemplateRecord(
        address=ADDRESS,
        location="westeurope",
        document=document,
        api_version="2025-10-01",
        state=ProvisioningState.SUCCEEDED,
        operation=OPERATION,
    )
    return replace(plain, **changes)


@dataclass
class Templates:
    """The catalog of one template."""

    record: TemplateRecord | None

    def get(self, _address: TemplateAddress) -> Stored | None:
        return Stored(self.record, "1") if self.record else None

    def change(self, _address: TemplateAddress, change: Any) -> TemplateRecord | None:
        self.record = change(self.record)
        return self.record


@dataclass
class Runs:
    by_id: dict[str, Run] = field(default_factory=dict)

    def get(self, run_id: str) -> Run | None:
        return self.by_id.get(run_id)

    def change(self, run_id: str, event: Event) -> Run:
        self.by_id[run_id] = apply(self.by_id[run_id], event)
        return self.by_id[run_id]


@dataclass
class Operations:
    by_id: dict[str, TemplateOperation] = field(default_factory=dict)

    def get(self, operation_id: str) -> TemplateOperation | None:
        return self.by_id.get(operation_id)

    def put(self, operation: TemplateOperation) -> None:
        self.by_id[operation.id] = operation


@dataclass
class TaskHub:
    """Which orchestrations the durable task hub knows, and whether they have ended."""

    ended: dict[str, bool] = field(default_factory=dict)

    def find(self, instance_id: str) -> Instance | None:
        return Instance(self.ended[instance_id]) if instance_id in self.ended else None

    def start(self, *_: object) -> None:
        raise AssertionError("nothing is started here")

    def cancel(self, run_id: str) -> None:
        raise AssertionError(f"{run_id} is not to be cancelled")


def kiln(stored: TemplateRecord | None, *runs: Run, operations: tuple[TemplateOperation, ...] = ()) -> Any:
    return SimpleNamespace(
        templates=Templates(stored),
        runs=Runs({run.id: run for run in runs}),
        operations=Operations({operation.id: operation for operation in operations}),
    )
