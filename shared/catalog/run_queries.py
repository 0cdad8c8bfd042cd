"""What is asked of the tables of runs, as OData: ranges of keys first, so that nothing else is looked at."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shared.catalog.run_rows import GOING_ON, LAST_KEY, countdown, partition_of, template_partition
from shared.domain.run_filter import RunFilter

Condition = tuple[str, str]  # what is compared and how, and a value


@dataclass(frozen=True)
class Query:
    """A filter, and its values apart from it: who asks cannot change what is asked."""

    text: str
    parameters: dict[str, str] = field(default_factory=dict)


def runs_in_time(wanted: RunFilter, after: str = "", end: str = LAST_KEY) -> Query:
    """Of the table of runs: those behind the key `after` and not behind `end`, the newest first."""
    bounds = [("le", end), *_bounds(wanted, after)]
    # A partition is the beginning of its keys, so what bounds keys bounds partitions too.
    partitions = [(f"PartitionKey {word[0]}e", partition_of(key)) for word, key in bounds]
    return _query([*partitions, *_keys(bounds)], [state.value for state in wanted.states])


def runs_of_template(wanted: RunFilter, after: str) -> Query:
    """Of the table of templates' runs: the same for one template. Runs that go on are in any answer."""
    whole_id = wanted.template.startswith("/")
    conditions = [("PartitionKey eq", template_partition(wanted.template)), *_keys(_bounds(wanted, after))]
    conditions += [("template eq", wanted.template.lower())] if whole_id else []
    states = [state.value for state in wanted.states]
    return _query(conditions, [*states, GOING_ON] if states else [])


def _bounds(wanted: RunFilter, after: str) -> Iterator[Condition]:
    """Of keys, which grow towards the past."""
    if after:
        yield "gt", after
    if wanted.since:
        yield "lt", countdown(wanted.since, 1)
    if wanted.until:
        yield "ge", countdown(wanted.until, 1)


def _keys(bounds: Iterable[Condition]) -> list[Condition]:
    return [(f"RowKey {word}", key) for word, key in bounds]


def _query(conditions: list[Condition], states: list[str]) -> Query:
    values = {f"v{number}": value for number, (_, value) in enumerate(conditions)}
    words = [f"{name} @v{number}" for number, (name, _) in enumerate(conditions)]
    if states:
        words.append("(" + " or ".join(f"state eq '{state}'" for state in states) + ")")
    return Query(" and ".join(words), values)
