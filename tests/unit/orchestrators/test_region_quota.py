"""Builds take turns in a region: first come, first served, and every place is given back."""

from dataclasses import replace
from typing import Any

from orchestrators.build_image import build_image
from orchestrators.build_steps import CANCEL_EVENT
from orchestrators.region_quota import TurnRequest, await_turn
from shared.domain.build import BuildRequest
from shared.domain.codec import to_json
from shared.domain.region_quota import (
    Claimant,
    QuotaRequest,
    RegionLimits,
    RegionQuota,
    Share,
    Standing,
    Turn,
)
from tests.unit.orchestrators.fake_activities import failure, succeeding, value
from tests.unit.orchestrators.simulation import Simulation

NOW, LATER, NEXT_WEEK = "2026-11-21T12:00:00+00:00", "2026-11-21T13:00:00+00:00", "2026-11-28T12:00:00+00:00"
ONE = RegionLimits(builds=1)
REQUEST = BuildRequest("web-20261121T120000-abcdef", timeout_minutes=60, limits=ONE)
KEY = "region_quota s-westeurope"


def asked(run: str, cores: int = 2, limits: RegionLimits = ONE) -> QuotaRequest:
    return QuotaRequest(Claimant(run, cores, NOW), limits, NOW)


def line(*runs: str, limits: RegionLimits = ONE, cores: int = 2) -> RegionQuota:
    quota = RegionQuota()
    for run in runs:
        quota = quota.enter(asked(run, cores)).admit(limits, NOW)
    return quota


def turns(quota: RegionQuota, *runs: str) -> list[Turn]:
    return [quota.standing(run).turn for run in runs]


def test_first_come_first_served() -> None:
    quota = line("a", "b", "c")
    assert turns(quota, "a", "b", "c") == [Turn.GRANTED, Turn.WAITING, Turn.WAITING]
    quota = quota.leave("a").admit(ONE, NOW)
    assert turns(quota, "a", "b", "c") == [Turn.UNKNOWN, Turn.GRANTED, Turn.WAITING]


def test_a_run_knows_how_many_rounds_it_waits() -> None:
    runs = [f"run {number}" for number in range(12)]
    quota = line(*runs, limits=RegionLimits(builds=4))
    assert [quota.standing(run).rounds for run in runs] == [0] * 8 + [1] * 4
    assert quota.standing("stranger") == Standing(Turn.UNKNOWN)


def test_who_is_far_behind_asks_rarely() -> None:
    simulation = Simulation({})
    there = RegionQuota(there=(Claimant("other", 2, simulation.now.isoformat()),))
    for number in range(100):
        there = there.enter(replace(asked(f"run {number}"), claimant=Claimant(f"run {number}", 2, NOW)))
    simulation.entities[KEY] = to_json(there)
    waiting = TurnRequest("s-westeurope", asked("run 99"), pause_seconds=10)
    assert simulation.run(await_turn, to_json(waiting)) == Turn.UNKNOWN  # a day later nobody waits any more
    assert simulation.slept[0] == 300
    assert len(simulation.slept) <= 24 * 12 + 1


def test_asking_twice_takes_one_place() -> None:
    assert line("a", "a", "b", limits=RegionLimits(builds=2)) == line("a", "b", limits=RegionLimits(builds=2))


def test_cores_are_bounded_and_nobody_overtakes() -> None:
    limits = RegionLimits(cores=8)
    quota = line("big", limits=limits, cores=6).enter(asked("bigger", 4)).enter(asked("small", 2))
    quota = quota.admit(limits, NOW)
    assert turns(quota, "big", "bigger", "small") == [Turn.GRANTED, Turn.WAITING, Turn.WAITING]


def test_what_exceeds_the_bound_alone_runs_alone() -> None:
    assert line("huge", limits=RegionLimits(cores=4), cores=64).standing("huge").turn is Turn.GRANTED


def test_places_of_runs_that_died_are_free_a_day_later() -> None:
    quota = line("dead", "waiting").enter(replace(asked("new"), claimant=Claimant("new", 2, NEXT_WEEK)))
    assert turns(quota.admit(ONE, LATER), "waiting", "new") == [Turn.WAITING, Turn.WAITING]
    assert turns(quota.admit(ONE, NEXT_WEEK), "dead", "waiting", "new") == [
        Turn.UNKNOWN,
        Turn.UNKNOWN,
        Turn.GRANTED,
    ]


def build(simulation: Simulation) -> Any:
    share = {"region_share": lambda _: value(Share("s-westeurope", 2))}
    simulation.activities = {**share, **simulation.activities}
    return simulation.run(build_image, to_json(REQUEST))


def test_a_build_takes_a_place_and_gives_it_back() -> None:
    simulation = Simulation(succeeding())
    assert build(simulation) is None
    assert simulation.entities[KEY] == to_json(RegionQuota())


def test_a_build_that_fails_gives_its_place_back() -> None:
    simulation = Simulation(succeeding() | {"create_vm": lambda _: failure("SkuNotAvailable")})
    assert build(simulation)["code"] == "SkuNotAvailable"
    assert simulation.entities[KEY] == to_json(RegionQuota())


def test_a_build_waits_until_another_leaves() -> None:
    simulation = Simulation(succeeding())
    other = RegionQuota(there=(Claimant("other", 2, simulation.now.isoformat()),))
    # The other one goes while this one waits: a day later its place counts as free.
    simulation.entities[KEY] = to_json(other)
    long = replace(REQUEST, timeout_minutes=2 * 24 * 60)
    simulation.activities["region_share"] = lambda _: value(Share("s-westeurope", 2))
    assert simulation.run(build_image, to_json(long)) is None
    assert sum(simulation.slept) >= 24 * 3600


def test_a_build_that_is_cancelled_while_it_waits_leaves_the_line() -> None:
    simulation = Simulation(succeeding(), {CANCEL_EVENT})
    other = RegionQuota(there=(Claimant("other", 2, simulation.now.isoformat()),))
    simulation.entities[KEY] = to_json(other)
    assert build(simulation)["code"] == "Canceled"
    assert "create_vm" not in simulation.calls
    assert simulation.entities[KEY] == to_json(other)
