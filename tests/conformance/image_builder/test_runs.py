"""The catalog of runs against a real table service: no lost update, no stale run, lists as asked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from azure.data.tables import TableServiceClient

from shared.catalog.run_rows import row_of_template
from shared.catalog.runs import RunCatalog
from shared.domain.errors import TransientError
from shared.domain.names import new_run_id
from shared.domain.run import Run, RunState, Stage
from shared.domain.run_filter import RunFilter
from shared.domain.transitions import CancelRequested, Noted, RunEnded, StageStarted
from tests.conformance.image_builder.harness import Kiln

WRITERS, WRITES = 4, 10
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
AT = BEGUN.isoformat()
IDS = "/subscriptions/s/resourceGroups/{}/providers/Microsoft.VirtualMachineImages/imageTemplates/{}"


@pytest.fixture
def catalog(kiln: Kiln) -> Iterator[RunCatalog]:
    names = [f"{kind}{uuid.uuid4().hex}" for kind in ("runs", "templates")]
    with TableServiceClient.from_connection_string(kiln.stack.local.endpoints.storage) as service:
        runs, of_templates = map(service.create_table, names)
        with runs, of_templates:
            yield RunCatalog(runs, of_templates)


def other_process(catalog: RunCatalog) -> RunCatalog:
    return RunCatalog(catalog.table, catalog.of_templates)


def run(hours: int, template: str = "Web", group: str = "g") -> Run:
    """A run that began so many hours after the first."""
    run_id = new_run_id(template, BEGUN + timedelta(hours=hours), f"{group} {hours}")
    return Run(run_id, IDS.format(group, template), "westeurope", created_at=AT)


def added(catalog: RunCatalog, *runs: Run) -> list[str]:
    for each in runs:
        catalog.add(each)
    return [each.id for each in runs]


def listed(catalog: RunCatalog, wanted: RunFilter, size: int = 50) -> list[str]:
    """All pages."""
    found: list[str] = []
    after = ""
    while True:
        page = catalog.page(wanted, after, size)
        assert len(page.runs) <= size
        found += [each.id for each in page.runs]
        after = page.after
        if not after:
            return found


def test_two_writers_never_lose_an_update(catalog: RunCatalog) -> None:
    """Each writer adds its notes one by one, reading and writing the whole run each time."""
    [run_id] = added(catalog, run(0))

    def write(writer: int) -> None:
        mine = other_process(catalog)
        for number in range(WRITES):
            while True:
                try:
                    mine.change(run_id, Noted(f"{writer}-{number}"))
                except TransientError:
                    continue  # too many tries in a row: nothing was written, so it is tried again
                break

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    stored = catalog.get(run_id)
    assert stored
    assert len(stored.notes) == WRITERS * WRITES


def test_whoever_wrote_last_need_not_read(catalog: RunCatalog, monkeypatch: pytest.MonkeyPatch) -> None:
    [run_id] = added(catalog, run(0))
    catalog.change(run_id, Noted("first"))
    with monkeypatch.context() as patch:
        patch.setattr(catalog.table, "get_entity", None)
        catalog.change(run_id, Noted("second"), Noted("third"))
    other_process(catalog).change(run_id, Noted("another's"))
    assert catalog.change(run_id, Noted("last")).notes == ("first", "second", "third", "another's", "last")


def test_a_run_that_goes_on_is_shown_as_it_is_and_one_that_ended_stays(catalog: RunCatalog) -> None:
    """Whatever one process has seen, another's change shows in every way to look at a run."""
    [run_id] = added(catalog, run(0))
    other = other_process(catalog)
    events = (StageStarted(Stage.STAGE, AT), CancelRequested(AT), RunEnded(AT))
    for event, state in zip(events, (RunState.RUNNING, RunState.CANCELING, RunState.SUCCEEDED), strict=True):
        other.change(run_id, event)
        found = [catalog.get(run_id), *catalog.page(RunFilter(), "", 5).runs]
        found += catalog.page(RunFilter(template="web"), "", 5).runs
        assert [each.state for each in found if each] == [state] * 3
    catalog.table.delete_entity(*keys(catalog, run_id))
    assert catalog.get(run_id)  # nobody is asked for what cannot change
    assert other_process(catalog).get(run_id) is None


def keys(catalog: RunCatalog, run_id: str) -> tuple[str, str]:
    [row] = [row for row in catalog.table.list_entities() if str(row["RowKey"]).endswith(run_id)]
    return str(row["PartitionKey"]), str(row["RowKey"])


def test_the_newest_come_first_over_all_partitions_in_pages_of_any_size(catalog: RunCatalog) -> None:
    ids = added(catalog, *(run(hours) for hours in range(0, 24 * 14, 12)))[::-1]
    assert listed(catalog, RunFilter()) == listed(catalog, RunFilter(), 3) == ids
    wanted = RunFilter(since=BEGUN + timedelta(hours=24), until=BEGUN + timedelta(hours=72))
    assert listed(catalog, wanted, 1) == ids[-6:-2]
    assert [each.id for each in catalog.since(BEGUN + timedelta(days=13), (RunState.QUEUED,))] == ids[:2]


def test_runs_of_a_template_by_name_or_id_and_by_state(catalog: RunCatalog) -> None:
    here, there, other, ended = added(catalog, run(1), run(2, group="h"), run(3, "db"), run(4))
    catalog.change(ended, RunEnded(AT))
    assert listed(catalog, RunFilter(template="WEB"), 1) == [ended, there, here]
    assert listed(catalog, RunFilter(template=IDS.format("G", "web"))) == [ended, here]
    assert listed(catalog, RunFilter((RunState.SUCCEEDED,), "web")) == [ended]
    assert listed(catalog, RunFilter((RunState.QUEUED,), "web"), 1) == [there, here]
    assert listed(catalog, RunFilter((RunState.QUEUED,))) == [other, there, here]


def test_what_a_process_left_that_died_between_two_writes(catalog: RunCatalog) -> None:
    """A row of a run that was never added; and of one that ended, the row from before."""
    lost, ended = run(1), run(2)
    catalog.of_templates.create_entity(row_of_template(lost))
    added(catalog, ended)
    before = row_of_template(ended)
    catalog.change(ended.id, RunEnded(AT))
    catalog.of_templates.upsert_entity(before)
    wanted = RunFilter((RunState.SUCCEEDED,), "web")
    assert listed(other_process(catalog), wanted) == [ended.id]
    catalog.change(ended.id, RunEnded(AT))  # as the activity is asked again
    [row] = catalog.of_templates.query_entities(f"state eq '{RunState.SUCCEEDED.value}'")
    assert row["RowKey"] == keys(catalog, ended.id)[1]
