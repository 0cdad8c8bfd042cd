"""Runs in Azure Tables, newest first; every change is conditional on what it was made from (ETag)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from itertools import islice

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableClient, TableEntity, UpdateMode

from shared.azure.errors import azure_errors
from shared.catalog.entities import etag_of, read_document, replace_if_unchanged
from shared.catalog.recent import Recent
from shared.catalog.run_queries import Query, runs_in_time, runs_of_template
from shared.catalog.run_rows import (
    GOING_ON,
    LAST_KEY,
    partition_of,
    row_key,
    row_of_template,
    run_of,
    run_row,
)
from shared.catalog.tables import MOST_ROWS
from shared.domain.errors import BuildError, BuildFailed, TransientError
from shared.domain.run import Run, RunState
from shared.domain.run_filter import RunFilter
from shared.domain.transitions import Event, apply

KEPT_RUNS = 2000  # some 10 KiB each
KEPT_PAGES = 200
KEPT_WRITTEN = 200
_ATTEMPTS = 8


@dataclass(frozen=True)
class RunPage:
    """`after` is where the next page begins, empty for the last one."""

    runs: tuple[Run, ...]
    after: str


@dataclass(frozen=True)
class RunCatalog:
    """The table of runs, whose rows are the truth, and the table that finds those of a template.

    The latter is written before a run is there and after it has ended, so what a process that dies in between
    leaves is a row whose run is asked for by its own. `ended` holds runs that cannot change any more, `ends`
    where pages ended when they were last asked for, and `written` runs as this process wrote them last, with
    their ETags: most changes are made where the last one was, and need not read first.
    """

    table: TableClient
    of_templates: TableClient
    ended: Recent[str, Run] = field(default_factory=lambda: Recent(KEPT_RUNS))
    ends: Recent[tuple[RunFilter, str, int], str] = field(default_factory=lambda: Recent(KEPT_PAGES))
    written: Recent[str, tuple[Run, str]] = field(default_factory=lambda: Recent(KEPT_WRITTEN))

    def add(self, run: Run) -> None:
        """Adds the run unless it is there already, in whatever state."""
        with azure_errors(f"record run {run.id}"):
            _create(self.of_templates, row_of_template(run))
            _create(self.table, run_row(run))

    def get(self, run_id: str) -> Run | None:
        """The run, None when there is none of that id."""
        known = self.ended.get(run_id)
        if known is not None:
            return known
        entity = self._entity(run_id)
        return None if entity is None else self._run(entity)

    def change(self, run_id: str, *events: Event) -> Run:
        """Applies the events, in order, to the run as it is stored now, whoever else writes meanwhile."""
        known = self.written.get(run_id)
        for _ in range(_ATTEMPTS):
            before, etag = known or self._stored(run_id)
            after = reduce(apply, events, before)
            # What this process has written is read again where it would decide that nothing is to be written.
            if (after == before and known is None) or (after != before and self._replace(after, etag)):
                self._show_ended(after)
                return after
            known = None
        raise TransientError(f"too many writers change run {run_id} at once")

    def page(self, wanted: RunFilter, after: str, size: int) -> RunPage:
        """At most `size` runs behind the key `after`, the newest first; holds no more than that in memory."""
        if wanted.template:
            runs = list(islice(self._of_template(wanted, after, size + 1), size + 1))
        else:
            runs = self._first_in_time(wanted, after, size + 1)
        shown = runs[:size]
        return RunPage(tuple(shown), row_key(shown[-1].id) if len(runs) > size else "")

    def _first_in_time(self, wanted: RunFilter, after: str, count: int) -> list[Run]:
        """Looks no further than the page reached when it was last asked for, if that is enough.

        Runs are added in front of it, so it nearly always is. A table service that sorts all that it finds
        (Azurite) answers three times as fast for it, and none is slower.
        """
        asked, runs = (wanted, after, count), list[Run]()
        for end in filter(None, (self.ends.get(asked), LAST_KEY)):
            runs = list(islice(self._in_time(runs_in_time(wanted, after, end), count), count))
            if len(runs) == count:
                self.ends.keep(asked, row_key(runs[-1].id))
                break
        return runs

    def since(self, moment: datetime, states: Collection[RunState]) -> Iterator[Run]:
        """Runs created at a moment or later that are in one of these states, the newest first."""
        return self._in_time(runs_in_time(RunFilter(tuple(states), since=moment)), MOST_ROWS)

    def _in_time(self, query: Query, rows: int) -> Iterator[Run]:
        for row in _rows(self.table, query, rows):
            yield self._run(row)

    def _of_template(self, wanted: RunFilter, after: str, rows: int) -> Iterator[Run]:
        for row in _rows(self.of_templates, runs_of_template(wanted, after), rows):
            run = self.get(run_of(row["RowKey"])) if row["state"] == GOING_ON else self._run(row)
            if run is not None and (not wanted.states or run.state in wanted.states):
                yield run

    def _run(self, row: TableEntity) -> Run:
        known = self.ended.get(run_of(row["RowKey"]))
        if known is not None:
            return known
        run = read_document(Run, row)
        if run.ended:
            self.ended.keep(run.id, run)
        return run

    def _entity(self, run_id: str) -> TableEntity | None:
        try:
            key = row_key(run_id)
        except ValueError:
            return None
        with azure_errors(f"read run {run_id}"):
            try:
                return self.table.get_entity(partition_of(key), key)
            except ResourceNotFoundError:
                return None

    def _stored(self, run_id: str) -> tuple[Run, str]:
        """The run as it is stored now, and its ETag."""
        entity = self._entity(run_id)
        if entity is None:
            raise BuildFailed(BuildError("RunNotFound", f"there is no run {run_id}"))
        return self._run(entity), etag_of(entity.metadata)

    def _replace(self, run: Run, etag: str) -> bool:
        """Writes the run if nobody has written it since it was read under `etag`."""
        with azure_errors(f"record run {run.id}"):
            written = replace_if_unchanged(self.table, run_row(run), etag)
        if written is not None:
            self.written.keep(run.id, (run, written))
        return written is not None

    def _show_ended(self, run: Run) -> None:
        """Whoever ends a run that had ended does this again: the first may have died before it."""
        if run.ended:
            with azure_errors(f"record run {run.id}"):
                self.of_templates.upsert_entity(row_of_template(run), mode=UpdateMode.REPLACE)


def _create(table: TableClient, row: dict[str, object]) -> None:
    try:
        table.create_entity(row)
    except ResourceExistsError:
        return


def _rows(table: TableClient, query: Query, rows: int) -> Iterator[TableEntity]:
    with azure_errors("list the runs"):
        yield from table.query_entities(
            query.text, parameters=query.parameters, results_per_page=min(rows, MOST_ROWS)
        )
