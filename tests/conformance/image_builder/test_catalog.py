"""The catalog of templates against a real table service: no lost update, pages of any list."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from azure.data.tables import TableServiceClient

from shared.catalog.templates import TemplateCatalog, TemplateTooLargeError
from shared.domain.errors import TransientError
from shared.domain.template_record import ProvisioningState, TemplateAddress, TemplateRecord
from tests.conformance.image_builder.harness import Kiln

WRITERS, WRITES = 4, 10


@pytest.fixture
def catalog(kiln: Kiln) -> Iterator[TemplateCatalog]:
    with TableServiceClient.from_connection_string(kiln.stack.local.endpoints.storage) as service:
        table = service.create_table(f"t{uuid.uuid4().hex}")
        with table:
            yield TemplateCatalog(table)


def record(name: str, group: str = "images", subscription: str = "s1") -> TemplateRecord:
    return TemplateRecord(
        address=TemplateAddress(subscription, group, name),
        location="westeurope",
        document={"properties": {"text": "x"}},
        api_version="2025-10-01",
        state=ProvisioningState.SUCCEEDED,
        operation="",
    )


def test_two_writers_never_lose_an_update(catalog: TemplateCatalog) -> None:
    """Each writer adds its marks one by one, reading and writing the whole record each time."""
    address = record("web").address
    assert catalog.add(record("web"))

    def write(writer: int) -> None:
        for number in range(WRITES):
            mark = f"{writer}-{number}"
            while True:
                try:
                    catalog.change(address, lambda r, m=mark: replace(r, outputs={**r.outputs, m: m}))
                except TransientError:
                    continue  # too many tries in a row: nothing was written, so it is tried again
                break

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    stored = catalog.get(address)
    assert stored
    assert len(stored.record.outputs) == WRITERS * WRITES


def test_a_state_that_is_no_longer_there_is_not_overwritten(catalog: TemplateCatalog) -> None:
    catalog.add(record("web"))
    assert catalog.add(record("WEB", "IMAGES", "S1")) is None
    seen = catalog.get(record("Web").address)
    assert seen
    etag = catalog.replace(seen, replace(seen.record, last_run="first"))
    assert etag
    assert catalog.replace(seen, replace(seen.record, last_run="second")) is None
    assert not catalog.delete(seen)
    now = catalog.get(seen.record.address)
    assert now
    assert (now.record.last_run, now.etag) == ("first", etag)
    assert catalog.delete(now)
    assert catalog.get(seen.record.address) is None
    assert catalog.replace(now, now.record) is None


def test_pages_of_a_group_and_of_a_subscription(catalog: TemplateCatalog) -> None:
    for group in ("a", "b", "b-c", "B.d"):
        for number in range(3):
            catalog.add(record(f"t{number}", group))
    catalog.add(record("t0", "b", "s2"))
    names, after = [], ""
    while True:
        page = catalog.page("s1", "B", after, 2)
        names.append([template.address.name for template in page.templates])
        after = page.after
        if not after:
            break
    assert names == [["t0", "t1"], ["t2"]]
    assert len(list(catalog.all("s1", page_size=5))) == 12


def test_a_long_document_comes_back_whole(catalog: TemplateCatalog) -> None:
    text = "ü" + "€" * 60_000
    catalog.add(replace(record("long"), document={"properties": {"text": text}}))
    stored = catalog.get(record("long").address)
    assert stored
    assert stored.record.document == {"properties": {"text": text}}
    with pytest.raises(TemplateTooLargeError):
        catalog.add(replace(record("huge"), document={"properties": {"text": "x" * 400_000}}))
