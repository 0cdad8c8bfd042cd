"""The store: group commit, units applied wholly or not at all, one process per folder."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from local.functions_host.errors import HostError
from local.functions_host.store import Store, UnitOfWork


def test_a_failing_unit_leaves_its_neighbours_alone(tmp_path: Path) -> None:
    async def run() -> list[object]:
        good, bad = UnitOfWork(), UnitOfWork()
        seen: list[object] = []
        for unit in (good, bad):
            unit.execute("INSERT INTO timers(name,updated) VALUES(?,0)", "one" if unit is good else "two")
            unit.then(lambda: seen.append("committed"))
        bad.execute("INSERT INTO nowhere VALUES(1)")
        results = await asyncio.gather(store.commit(good), store.commit(bad), return_exceptions=True)
        assert isinstance(results[1], sqlite3.OperationalError)
        return [*seen, *[row[0] for row in store.rows("SELECT name FROM timers")]]

    store = Store(tmp_path, "Hub")
    try:
        assert asyncio.run(run()) == ["committed", "one"]
    finally:
        store.close()


def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    async def write(store: Store) -> None:
        unit = UnitOfWork()
        unit.execute("INSERT INTO inbox VALUES(7,'i',NULL,0,'{}')")
        await store.commit(unit)

    store = Store(tmp_path, "Hub")
    asyncio.run(write(store))
    store.close()
    store = Store(tmp_path, "Hub")
    assert next(store.inbox_ids) == 8
    store.close()


def test_one_host_per_folder(tmp_path: Path) -> None:
    store = Store(tmp_path, "Hub")
    with pytest.raises(HostError, match="in use by another functions host"):
        Store(tmp_path, "Other")
    store.close()
    Store(tmp_path, "Other").close()
