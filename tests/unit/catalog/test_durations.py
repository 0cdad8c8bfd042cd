"""What is known of how long operations take, over a table in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from azure.core.exceptions import ServiceRequestError
from azure.data.tables import TableClient

from shared.catalog.durations import READ_SECONDS, WRITE_SECONDS, Durations
from shared.domain.operations import Expected

VM = "westeurope virtualMachines create_or_update"


@dataclass
class Table:
    """The part of TableClient that durations use."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    writes: int = 0
    reads: int = 0
    away: bool = False
    queries: list[str] = field(default_factory=list)

    def upsert_entity(self, row: dict[str, Any]) -> None:
        if self.away:
            raise ServiceRequestError("no route")
        self.writes += 1
        self.rows[row["RowKey"]] = row

    def query_entities(self, query: str, **_options: Any) -> Iterator[dict[str, Any]]:
        if self.away:
            raise ServiceRequestError("no route")
        self.reads += 1
        self.queries.append(query)
        return iter(list(self.rows.values()))

    def delete_entity(self, row: dict[str, Any]) -> None:
        del self.rows[row["RowKey"]]


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def durations(table: Table, clock: Clock) -> Durations:
    """As another process has them."""
    return Durations(cast("TableClient", table), clock)


def test_nobody_knows_at_first(table: Table, clock: Clock) -> None:
    assert durations(table, clock).expected(VM) is None


def test_what_one_process_learnt_another_knows(table: Table, clock: Clock) -> None:
    durations(table, clock).record(VM, 60.0)
    assert durations(table, clock).expected(VM) == Expected(60.0, 7.5)


def test_the_estimate_follows_and_becomes_sure(table: Table, clock: Clock) -> None:
    known = durations(table, clock)
    for _ in range(12):
        known.record(VM, 60.0)
    sure = known.expected(VM)
    assert sure is not None
    assert (sure.seconds, sure.deviation < 1.0) == (60.0, True)
    for _ in range(12):
        known.record(VM, 90.0)
    moved = known.expected(VM)
    assert moved is not None
    assert 88 < moved.seconds <= 90


def test_a_row_is_written_now_and_then_and_the_table_read_rarely(table: Table, clock: Clock) -> None:
    known = durations(table, clock)
    for _ in range(100):
        known.record(VM, 60.0)
        known.expected(VM)
    assert (table.writes, table.reads) == (1, 1)
    clock.now += WRITE_SECONDS
    known.record(VM, 60.0)
    assert table.writes == 2
    clock.now += READ_SECONDS
    known.expected(VM)
    assert table.reads == 2


def test_what_is_done_at_once_has_no_row(table: Table, clock: Clock) -> None:
    known = durations(table, clock)
    known.record(VM, 0.1)
    known.record("", 60.0)
    assert (known.expected(VM), table.rows) == (None, {})


def test_a_table_that_is_away_fails_nothing(table: Table, clock: Clock) -> None:
    table.away = True
    known = durations(table, clock)
    known.record(VM, 60.0)
    assert known.expected(VM) == Expected(60.0, 7.5)


def test_any_name_becomes_a_key(table: Table, clock: Clock) -> None:
    known = durations(table, clock)
    known.record("here a/b\\c#d?e" + "x" * 300, 5.0)
    [row] = table.rows
    assert row.startswith("here a-b-c-d-e")
    assert len(row) <= 250


def test_what_nobody_does_any_more_is_forgotten(table: Table, clock: Clock) -> None:
    known = durations(table, clock)
    known.record(VM, 60.0)
    known.delete_older(datetime(2026, 8, 21, 12, tzinfo=UTC))
    assert table.rows == {}
    assert "Timestamp lt datetime'2026-08-21T12:00:00Z'" in table.queries[-1]
