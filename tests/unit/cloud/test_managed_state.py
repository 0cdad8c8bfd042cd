"""When operations may be done."""

from __future__ import annotations

import asyncio
import time

from local.cloud.managed_state import ByTick, ByTime, Immediately


def test_immediately() -> None:
    asyncio.run(Immediately().wait(0))
    assert Immediately().progress(0) == 100


def test_time_counts_from_the_recorded_start() -> None:
    state = ByTime(1000)
    asyncio.run(state.wait(time.time() - 2000))
    assert state.progress(time.time() - 500) == 50


def test_ticks_count_from_acceptance() -> None:
    async def scenario() -> None:
        state = ByTick(2)
        state.begun(1.0)
        await state.tick()
        assert state.progress(1.0) == 50
        waiting = asyncio.create_task(state.wait(1.0))
        await asyncio.sleep(0)
        assert not waiting.done()
        await state.tick()
        await waiting

    asyncio.run(scenario())
