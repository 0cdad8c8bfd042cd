"""Passing failures: bounded attempts, growing pauses; throttling: as long as it takes, in flat histories."""

from datetime import timedelta
from typing import Any

from orchestrators.repeat_activity import ATTEMPTS_PER_HISTORY, PAUSES, repeat_activity
from shared.domain.build import RepeatRequest, Reply
from shared.domain.codec import from_json, to_json
from tests.unit.orchestrators.fake_activities import failure, transient, value
from tests.unit.orchestrators.simulation import Simulation

FIRST = Reply(transient="ARM is away", code="InternalServerError")
LIMITED = Reply(transient="slow down", code="TooManyRequests", wait_seconds=30, throttled=True)


def repeat(answers: list[Any], first: Reply = FIRST, until: float | None = None) -> tuple[Reply, Simulation]:
    simulation = Simulation({"create_vm": lambda _: answers.pop(0)})
    end = (simulation.now + timedelta(seconds=until)).isoformat() if until else ""
    request = to_json(RepeatRequest("create_vm", {"run_id": "r"}, first, until=end))
    return from_json(Reply, simulation.run(repeat_activity, request)), simulation


def test_the_first_result_is_returned() -> None:
    reply, simulation = repeat([transient(), value("done")])
    assert reply.value == "done"
    assert simulation.slept == [1, 2]


def test_a_permanent_failure_ends_it() -> None:
    reply, simulation = repeat([failure("QuotaExceeded")])
    assert reply.error is not None
    assert reply.error.code == "QuotaExceeded"
    assert len(simulation.calls) == 1


def test_what_does_not_pass_is_given_up_with_its_cause() -> None:
    reply, simulation = repeat([to_json(FIRST)] * 10)
    assert reply.error is not None
    assert reply.error.code == "ServiceUnavailable"
    assert reply.error.details == {"activity": "create_vm", "cause": "InternalServerError"}
    assert simulation.slept == list(PAUSES)


def test_throttling_is_waited_out_however_long() -> None:
    times = ATTEMPTS_PER_HISTORY * 5
    reply, simulation = repeat([*[to_json(LIMITED)] * times, value("done")], LIMITED)
    assert reply.value == "done"
    assert simulation.slept == [30.0] * (times + 1)


def test_throttling_does_not_use_up_the_attempts() -> None:
    answers = [to_json(LIMITED), to_json(FIRST), to_json(LIMITED), to_json(FIRST), value("done")]
    assert repeat(answers)[0].value == "done"


def test_throttling_ends_with_the_builds_time() -> None:
    reply, simulation = repeat([to_json(LIMITED)] * 10, LIMITED, until=100)
    assert reply.error is not None
    assert reply.error.code == "BuildTimedOut"
    assert len(simulation.calls) == 4
