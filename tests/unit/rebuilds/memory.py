"""Catalogs in memory, for the code that decides who is rebuilt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from shared.catalog.documents import StoredRequest
from shared.catalog.templates import Stored
from shared.domain.operations import PollPolicy
from shared.domain.run import Run
from shared.domain.template_record import (
    ProvisioningState,
    TemplateAddress,
    TemplateRecord,
    TriggerRecord,
)
from shared.settings import Settings

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
ROOT = "debian:debian-12:12-gen2"


def gallery_image(name: str) -> str:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/images"
    return f"{group}/providers/Microsoft.Compute/galleries/g/images/{name}"


def document(name: str, source: str) -> dict[str, object]:
    """A template that follows `source`: a URN without version, or the name of another template."""
    if ":" in source:
        publisher, offer, sku = source.split(":")
        built_from = {"type": "PlatformImage", "publisher": publisher, "offer": offer, "sku": sku}
        built_from["version"] = "latest"
    else:
        built_from = {
            "type": "SharedImageVersion",
            "imageVersionId": f"{gallery_image(source)}/versions/latest",
        }
    target = {"type": "SharedImage", "runOutputName": "out", "galleryImageId": gallery_image(name)}
    identity = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/images/providers"
    identity += "/Microsoft.ManagedIdentity/userAssignedIdentities/builder"
    return {
        "location": "westeurope",
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {identity: {}}},
        "properties": {"source": built_from, "distribute": [target]},
    }


def template(name: str, source: str) -> TemplateRecord:
    return TemplateRecord(
        address=TemplateAddress(SUBSCRIPTION, "images", name),
        location="westeurope",
        document=document(name, source),
        api_version="2024-02-01",
        state=ProvisioningState.SUCCEEDED,
        operation="",
        triggers=(TriggerRecord("follow", "SourceImage", "2026-11-01T00:00:00+00:00"),),
    )


@dataclass
class Templates:
    records: dict[str, TemplateRecord]
    writes: int = 0

    def get(self, address: TemplateAddress) -> Stored | None:
        record = self.records.get(address.name)
        return None if record is None else Stored(record, str(hash(repr(record))))

    def replace(self, before: Stored, record: TemplateRecord) -> str | None:
        if self.get(before.record.address) != before:
            return None
        self.records[record.address.name] = record
        return "etag"

    def change(self, address: TemplateAddress, change: Callable[[TemplateRecord], TemplateRecord]) -> None:
        self.records[address.name] = change(self.records[address.name])

    def all(self, _subscription: str) -> Iterator[TemplateRecord]:
        return iter(list(self.records.values()))


@dataclass
class Runs:
    found: dict[str, Run] = field(default_factory=dict)

    def add(self, run: Run) -> None:
        self.found.setdefault(run.id, run)

    def get(self, run_id: str) -> Run | None:
        return self.found.get(run_id)

    def end(self, run_id: str, **changes: object) -> None:
        self.found[run_id] = replace(self.found[run_id], **changes)  # type: ignore[arg-type]


@dataclass
class Documents:
    requests: dict[str, StoredRequest] = field(default_factory=dict)

    def put_request(self, run_id: str, request: StoredRequest) -> None:
        self.requests[run_id] = request


@dataclass
class MemoryServices:
    """Stands for `Services` where nothing but these is used."""

    templates: Templates
    runs: Runs = field(default_factory=Runs)
    documents: Documents = field(default_factory=Documents)
    settings: Settings = field(default_factory=lambda: Settings(SUBSCRIPTION, poll=PollPolicy()))
