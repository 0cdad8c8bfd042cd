"""Long histories cost linear host time, and a full store does not slow a turn."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local.functions_host.actions import Action, CallActivity
from local.functions_host.history import EventType, Recorded, event, record
from local.functions_host.instances import Instances, Status
from local.functions_host.replay import Replay
from local.functions_host.scheduling import new_instance
from local.functions_host.store import Store, UnitOfWork


def chain(length: int) -> tuple[list[Action], list[Recorded]]:
    """A chain of activities that have all run: four events each, as in real turns."""
    history = [record(event(EventType.EXECUTION_STARTED, 0.0, Name="o"))]
    for n in range(length):
        history += [
            record(event(EventType.TASK_SCHEDULED, 0.0, n, Name="a")),
            record(event(EventType.ORCHESTRATOR_COMPLETED, 0.0)),
            record(event(EventType.ORCHESTRATOR_STARTED, 0.0)),
            record(event(EventType.TASK_COMPLETED, 0.0, TaskScheduledId=n, Result="1")),
        ]
    return [CallActivity("a", None) for _ in range(length)], history


def cost(work: Callable[[], object]) -> float:
    """Processor seconds of the best of five runs."""
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return best


def test_replay_of_five_thousand_events_is_linear() -> None:
    """Four times the events cost about four times the time; quadratic would be sixteen times."""
    short_actions, short = chain(312)
    long_actions, long = chain(1250)
    assert len(long) > 5_000
    short_cost = cost(lambda: [Replay(short_actions, 0.0).run(short) for _ in range(4)])
    long_cost = cost(lambda: [Replay(long_actions, 0.0).run(long) for _ in range(4)])
    assert long_cost < 9 * short_cost


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM inbox WHERE seq=1",
        "DELETE FROM inbox WHERE instance_id='i'",
        "DELETE FROM inbox WHERE instance_id='i' AND execution_id='x'",
        "DELETE FROM work WHERE seq=1",
        "DELETE FROM work WHERE instance_id='i'",
        "DELETE FROM history WHERE instance_id='i'",
        "UPDATE instances SET status='Running' WHERE id='i'",
        "SELECT * FROM instances WHERE id='i'",
        "SELECT turn, events FROM history WHERE instance_id='i' ORDER BY turn",
        "DELETE FROM entity_inbox WHERE seq=1",
        "SELECT state FROM entities WHERE id='e'",
    ],
)
def test_no_statement_of_a_turn_reads_a_whole_table(tmp_path: Path, statement: str) -> None:
    store = Store(tmp_path, "Hub")
    plan = store.rows(f"EXPLAIN QUERY PLAN {statement}")
    store.close()
    assert all("SCAN" not in str(row[-1]) for row in plan), plan


def steps_of_a_turn(folder: Path, stored: int) -> int:
    """SQLite's own count of virtual machine steps for a new instance's start and first turn."""
    store = Store(folder, "Hub")
    instances = Instances(store)

    async def commit(*changes: Callable[[UnitOfWork], None]) -> None:
        unit = UnitOfWork()
        for change in changes:
            change(unit)
        await store.commit(unit)

    def ended(unit: UnitOfWork) -> None:
        for n in range(stored):
            instances.insert(
                unit, replace(new_instance(f"old{n}", "o", None, None, 0.0), status=Status.COMPLETED)
            )

    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    asyncio.run(commit(ended))
    store.read(lambda db: db.set_progress_handler(count, 1))
    instance = new_instance("new", "o", None, None, 0.0)
    asyncio.run(commit(lambda unit: instances.insert(unit, instance)))
    event_one = record(event(EventType.ORCHESTRATOR_STARTED, 0.0))
    asyncio.run(commit(lambda unit: instances.save(unit, replace(instance, turns=1), [event_one])))
    store.close()
    return steps


def test_ten_thousand_instances_in_the_store_do_not_slow_a_turn(tmp_path: Path) -> None:
    few, many = steps_of_a_turn(tmp_path / "few", 10), steps_of_a_turn(tmp_path / "many", 10_000)
    assert 0 < many <= few * 1.1
