"""When operations may be done."""

from __future__ import annotations

import asyncio
import time

from local.cloud.managed_state import ByTick, ByTime, Immediately
from local.cloud.options import parse_options

VM = "PUT virtualMachines"


def test_immediately() -> None:
    asyncio.run(Immediately().wait(0, VM))
    assert Immediately().progress(0, VM) == 100


def test_time_counts_from_the_recorded_start() -> None:
    state = ByTime(1000)
    asyncio.run(state.wait(time.time() - 2000, VM))
    assert state.progress(time.time() - 500, VM) == 50


def test_a_kind_of_operation_has_a_time_of_its_own() -> None:
    state = ByTime(2, {"put virtualmachines": 60})
    assert (state.duration(1.0, VM), state.duration(1.0, "DELETE disks")) == (60, 2)
    assert ByTime(0).progress(time.time(), VM) == 100


def test_times_are_spread_and_a_restart_finds_the_same() -> None:
    state = ByTime(100, spread=0.2)
    durations = [state.duration(started / 7, VM) for started in range(100)]
    assert durations == [state.duration(started / 7, VM) for started in range(100)]
    assert 80 <= min(durations) < 90
    assert 110 < max(durations) <= 120


def test_the_command_line_names_kinds() -> None:
    arguments = ["--data", "d", "--operation-seconds", "2", "--operation-seconds", "PUT virtualMachines=60"]
    state = parse_options([*arguments, "--operation-spread", "0.1"]).state
    assert isinstance(state, ByTime)
    assert (state.seconds, state.of["put virtualmachines"], state.spread) == (2, 60, 0.1)
    assert isinstance(parse_options(["--data", "d"]).state, Immediately)


def test_ticks_count_from_acceptance() -> None:
    async def scenario() -> None:
        state = ByTick(2)
        state.begun(1.0)
        await state.tick()
        assert state.progress(1.0, VM) == 50
        waiting = asyncio.create_task(state.wait(1.0, VM))
        await asyncio.sleep(0)
        assert not waiting.done()
        await state.tick()
        await waiting

    asyncio.run(scenario())
