"""Runs in Azure Tables, newest first; every change is conditional on what it was made from (ETag)."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from azure.core.exceptions import (
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableEntity

from shared.azure.errors import azure_errors
from shared.catalog.entities import document_columns, etag_of, read_document, replace_if_unchanged
from shared.domain.errors import BuildError, BuildFailed, TransientError
from shared.domain.names import started_at
from shared.domain.run import Run, RunState
from shared.domain.run_filter import RunFilter
from shared.domain.transitions import Event, apply

PARTITION = "run"
_LAST_SECOND = 9_999_999_999
_ATTEMPTS = 8


def row_key(run_id: str) -> str:
    """Sorts runs newest first; raises ValueError when it is not a run id."""
    return f"{_countdown(started_at(run_id))}-{run_id}"


def is_row_key(text: str) -> bool:
    """Whether a run could have that key."""
    try:
        return text == row_key(text.partition("-")[2])
    except ValueError:
        return False


def _countdown(moment: datetime, later: int = 0) -> str:
    """Where the keys of runs of that second begin, `later` seconds further back in time."""
    return f"{_LAST_SECOND - int(moment.timestamp()) + later:010d}"


@dataclass(frozen=True)
class RunPage:
    """`after` is where the next page begins, empty for the last one."""

    runs: tuple[Run, ...]
    after: str


@dataclass(frozen=True)
class RunCatalog:
    """The table of runs."""

    table: TableClient

    def add(self, run: Run) -> None:
        """Adds the run unless it is there already, in whatever state."""
        with azure_errors(f"record run {run.id}"):
            try:
                self.table.create_entity(_entity(run))
            except ResourceExistsError:
                return

    def get(self, run_id: str) -> Run | None:
        """The run, None when there is none of that id."""
        entity = self._entity(run_id)
        return None if entity is None else _run(entity)

    def change(self, run_id: str, event: Event) -> Run:
        """Applies the event to the run as it is stored now, whoever else writes at the same time."""
        for _ in range(_ATTEMPTS):
            entity = self._entity(run_id)
            if entity is None:
                raise BuildFailed(BuildError("RunNotFound", f"there is no run {run_id}"))
            before = _run(entity)
            after = apply(before, event)
            if after == before or self._replace(entity, after):
                return after
        raise TransientError(f"too many writers change run {run_id} at once")

    def page(self, wanted: RunFilter, after: str, size: int) -> RunPage:
        """At most `size` runs behind the key `after`, the newest first; holds no more than that in memory."""
        query, parameters = _query(wanted, after)
        with azure_errors("list the runs"):
            found = self.table.query_entities(query, parameters=parameters, results_per_page=size + 1)
            entities = list(islice(found, size + 1))
        shown = entities[:size]
        more = len(entities) > size
        return RunPage(tuple(map(_run, shown)), str(shown[-1]["RowKey"]) if more else "")

    def since(self, moment: datetime, states: Collection[RunState]) -> Iterator[Run]:
        """Runs created after a moment that are in one of these states, the newest first."""
        wanted = " or ".join(f"state eq '{state.value}'" for state in states)
        newer = f"RowKey lt '{_countdown(moment)}'"
        with azure_errors("list the runs"):
            found = self.table.query_entities(f"PartitionKey eq '{PARTITION}' and {newer} and ({wanted})")
            yield from map(_run, found)

    def _entity(self, run_id: str) -> TableEntity | None:
        try:
            key = row_key(run_id)
        except ValueError:
            return None
        with azure_errors(f"read run {run_id}"):
            try:
                return self.table.get_entity(PARTITION, key)
            except ResourceNotFoundError:
                return None

    def _replace(self, entity: TableEntity, run: Run) -> bool:
        """Writes the run if nobody has written it since `entity` was read."""
        with azure_errors(f"record run {run.id}"):
            return replace_if_unchanged(self.table, _entity(run), etag_of(entity.metadata)) is not None


def _query(wanted: RunFilter, after: str) -> tuple[str, dict[str, str]]:
    """OData, with the values apart: who asks cannot change what is asked."""
    template = wanted.template.lower()
    # An empty value is a condition that is not made.
    conditions = [
        ("PartitionKey eq @partition", "partition", PARTITION),
        ("RowKey gt @after", "after", after),
        ("RowKey lt @since", "since", _countdown(wanted.since, 1) if wanted.since else ""),
        ("RowKey ge @until", "until", _countdown(wanted.until, 1) if wanted.until else ""),
        ("template eq @id", "id", template if template.startswith("/") else ""),
        ("templateName eq @name", "name", "" if template.startswith("/") else template),
    ]
    made = [condition for condition in conditions if condition[2]]
    parameters = {name: value for _, name, value in made}
    words = [text for text, _, _ in made]
    if wanted.states:
        words.append("(" + " or ".join(f"state eq '{state.value}'" for state in wanted.states) + ")")
    return " and ".join(words), parameters


def _entity(run: Run) -> dict[str, object]:
    return {
        "PartitionKey": PARTITION,
        "RowKey": row_key(run.id),
        "state": run.state.value,
        "template": run.template_id.lower(),
        "templateName": run.template_id.rpartition("/")[2].lower(),
        **document_columns(run),
    }


def _run(entity: TableEntity) -> Run:
    return read_document(Run, entity)
