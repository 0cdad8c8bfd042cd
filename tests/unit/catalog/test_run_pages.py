"""Pages of many runs: each is asked for behind the last, and holds no more than itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from azure.data.tables import TableClient

from shared.catalog.run_queries import runs_in_time, runs_of_template
from shared.catalog.runs import RunCatalog, RunPage
from shared.domain.names import new_run_id
from shared.domain.run import Run, RunState
from shared.domain.run_filter import RunFilter

TEMPLATE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates/Web"
COUNT = 10_000


@dataclass
class Table:
    """Rows in order, told one at a time from behind a key, as the service tells them a page at a time."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    read: int = 0

    def create_entity(self, entity: dict[str, Any]) -> None:
        self.rows[entity["RowKey"]] = entity

    def query_entities(
        self, query: str, *, parameters: dict[str, str], results_per_page: int
    ) -> Iterator[dict[str, Any]]:
        assert results_per_page <= 1000  # what the service takes
        behind = re.search(r"RowKey gt @(\w+)", query)
        for key in sorted(self.rows):
            if key > (parameters[behind[1]] if behind else ""):
                self.read += 1
                yield self.rows[key]


def filled(count: int) -> tuple[Table, RunCatalog]:
    table = Table()
    catalog = RunCatalog(cast("TableClient", table), cast("TableClient", Table()))
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for index in range(count):
        run_id = new_run_id("Web", begun + index * timedelta(seconds=1), str(index))
        catalog.add(Run(run_id, TEMPLATE, "westeurope"))
    return table, catalog


def pages(catalog: RunCatalog, size: int) -> Iterator[RunPage]:
    after = ""
    while True:
        page = catalog.page(RunFilter(), after, size)
        yield page
        if not page.after:
            return
        after = page.after


def test_ten_thousand_runs_are_read_a_page_at_a_time() -> None:
    table, catalog = filled(COUNT)
    seen: list[str] = []
    for number, page in enumerate(pages(catalog, 1000), 1):
        seen += [run.id for run in page.runs]
        assert table.read <= number * 1001
    assert len(set(seen)) == COUNT
    times = [re.findall(r"\d{8}T\d{6}", run_id)[0] for run_id in seen]
    assert times == sorted(times, reverse=True)


def test_a_page_that_holds_all_is_the_last() -> None:
    _, catalog = filled(3)
    assert catalog.page(RunFilter(), "", 3).after == ""
    assert catalog.page(RunFilter(), "", 2).after


def test_what_is_asked_for_stands_apart_from_the_question() -> None:
    asked = runs_of_template(RunFilter((RunState.FAILED,), "x' or 'a' eq 'a"), "")
    assert "x' or 'a' eq 'a" in asked.parameters.values()
    assert asked.text == "PartitionKey eq @v0 and (state eq 'Failed' or state eq '')"


def test_bounds_in_time_are_bounds_of_partitions() -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    asked = runs_in_time(RunFilter(since=moment, until=moment + timedelta(days=1)))
    words = [word.partition(" @") for word in asked.text.split(" and ")]
    bounds = [(name.partition(" ")[2], asked.parameters[value]) for name, _, value in words]
    partitions, keys = bounds[:3], bounds[3:]
    assert [word for word, _ in partitions] == ["le", "le", "ge"]
    assert [word for word, _ in keys] == ["le", "lt", "ge"]
    assert all(key.startswith(part) for (_, part), (_, key) in zip(partitions, keys, strict=True))
