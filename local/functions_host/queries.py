"""Lists and purges: many instances or entities at once, by filter and page."""

from collections.abc import Mapping
from dataclasses import dataclass

from .history import from_iso
from .instances import TERMINAL_SQL, Instance, Instances
from .store import SqlValue, Store, UnitOfWork

_LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Filter:
    """A WHERE clause over `instances` and its values."""

    clause: str
    values: tuple[str | float, ...]


def instance_filter(query: Mapping[str, str], statuses: list[str]) -> Filter:
    """From the management API's query: createdTimeFrom, createdTimeTo, instanceIdPrefix and runtimeStatus.

    A time that cannot be read is ignored, as the extension ignores it.
    """
    clauses, values = ["1=1"], list[str | float]()
    for name, clause in (("createdTimeFrom", "created>=?"), ("createdTimeTo", "created<=?")):
        moment = _time(query.get(name))
        if moment is not None:
            clauses.append(clause)
            values.append(moment)
    if statuses:
        clauses.append(f"status IN ({','.join('?' * len(statuses))})")
        values += statuses
    if prefix := query.get("instanceIdPrefix"):
        clauses.append("substr(id,1,?)=?")
        values += [len(prefix), prefix]
    return Filter(" AND ".join(clauses), tuple(values))


def _time(text: str | None) -> float | None:
    try:
        # A '+' of a zone in a query arrives as a space.
        return from_iso(text.replace(" ", "+")) if text else None
    except ValueError:
        return None


class Queries:
    """Reads and deletes across the task hub."""

    def __init__(self, store: Store, instances: Instances) -> None:
        self._store = store
        self._instances = instances

    def page(self, chosen: Filter, top: int, after: str) -> tuple[list[Instance], str]:
        """Up to `top` instances after the id `after`, and the token of the next page, empty at the end."""
        size = min(top or _LARGEST_PAGE, _LARGEST_PAGE)
        found = self._instances.select(f"{chosen.clause} AND id>?", (*chosen.values, after), size)
        return found, found[-1].id if len(found) == size else ""

    async def purge(self, chosen: Filter) -> int:
        """Deletes ended instances and all that belongs to them; returns how many."""
        rows = self._store.rows(
            f"SELECT id FROM instances WHERE status IN ({TERMINAL_SQL}) AND {chosen.clause}",  # noqa: S608
            *chosen.values,
        )
        unit = UnitOfWork()
        for (instance_id,) in rows:
            for table, column in (("history", "instance_id"), ("inbox", "instance_id"), ("instances", "id")):
                unit.execute(f"DELETE FROM {table} WHERE {column}=?", instance_id)  # noqa: S608 - fixed names
        await self._store.commit(unit)
        return len(rows)

    def entities(self, name: str, after: str, top: int) -> tuple[list[tuple[SqlValue, ...]], str]:
        """(id, state, last operation in epoch seconds) of entities, of one name or of all, and the next
        token.
        """
        prefix = f"@{name.lower()}@" if name else "@"
        size = min(top or _LARGEST_PAGE, _LARGEST_PAGE)
        rows = self._store.rows(
            "SELECT id,state,updated FROM entities WHERE substr(id,1,?)=? AND id>? ORDER BY id LIMIT ?",
            *(len(prefix), prefix, after, size),
        )
        return rows, str(rows[-1][0]) if len(rows) == size else ""
