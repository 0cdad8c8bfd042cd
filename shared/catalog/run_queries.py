"""What is asked of the tables of runs, as OData: ranges of keys first, so that nothing else is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from shared.catalog.run_rows import GOING_ON, countdown, partition_of, template_partition
from shared.domain.run_filter import RunFilter

Condition = tuple[str, str]  # "RowKey gt" and a value


@dataclass(frozen=True)
class Query:
    """A filter, and its values apart from it: who asks cannot change what is asked."""

    text: str
    parameters: dict[str, str] = field(default_factory=dict)


def runs_in_time(wanted: RunFilter, after: str) -> Query:
    """Of the table of runs: those behind the key `after`, the newest first."""
    keys = list(_keys(wanted, after))
    # The partition is the beginning of the key, so each bound of a key is one of partitions too.
    bounds = [
        (f"PartitionKey {'ge' if word in ('gt', 'ge') else 'le'}", partition_of(key))
        for word, key in ((name.removeprefix("RowKey "), key) for name, key in keys)
    ]
    return _query([*(bounds or [("PartitionKey ge", "0")]), *keys], [state.value for state in wanted.states])


def runs_of_template(wanted: RunFilter, after: str) -> Query:
    """Of the table of templates' runs: the same for one template. Runs that go on are in any answer."""
    whole_id = wanted.template.startswith("/")
    conditions = [("PartitionKey eq", template_partition(wanted.template)), *_keys(wanted, after)]
    conditions += [("template eq", wanted.template.lower())] if whole_id else []
    states = [state.value for state in wanted.states]
    return _query(conditions, [*states, GOING_ON] if states else [])


def _keys(wanted: RunFilter, after: str) -> Iterable[Condition]:
    if after:
        yield "RowKey gt", after
    if wanted.since:
        yield "RowKey lt", countdown(wanted.since, 1)
    if wanted.until:
        yield "RowKey ge", countdown(wanted.until, 1)


def _query(conditions: list[Condition], states: list[str]) -> Query:
    values = {f"v{number}": value for number, (_, value) in enumerate(conditions)}
    words = [f"{name} @v{number}" for number, (name, _) in enumerate(conditions)]
    if states:
        words.append("(" + " or ".join(f"state eq '{state}'" for state in states) + ")")
    return Query(" and ".join(words), values)
