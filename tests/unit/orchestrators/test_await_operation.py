"""Polling by durable timers: obeying the service, led by what is known, in histories that stay small."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from orchestrators.await_operation import POLLS_PER_HISTORY, await_operation
from shared.domain.codec import from_json, to_json
from shared.domain.operations import (
    AwaitRequest,
    Expected,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
    PollPolicy,
)
from tests.unit.orchestrators.fake_activities import failure, value
from tests.unit.orchestrators.simulation import Simulation

POLICY = PollPolicy(first_seconds=1, share=0.5, longest_seconds=10)
OPERATION = OperationRef(OperationKind.ARM, "vm", "https://arm/1")
REQUEST = to_json(AwaitRequest(OPERATION, POLICY))


def awaited(
    polls: int, retry_after: float = 0.0, operation: OperationRef = OPERATION
) -> tuple[OperationStatus, Simulation]:
    """Waits for an operation that is in progress for `polls` polls."""
    left = [OperationStatus(OperationState.IN_PROGRESS, retry_after)] * polls

    def poll(_: object) -> Any:
        return value(left.pop() if left else OperationStatus(OperationState.SUCCEEDED))

    simulation = Simulation({"poll_operation": poll})
    answer = simulation.run(await_operation, to_json(AwaitRequest(operation, POLICY)))
    return from_json(OperationStatus, answer), simulation


def test_an_operation_that_is_done_is_polled_once() -> None:
    status, simulation = awaited(0)
    assert status.state is OperationState.SUCCEEDED
    assert (simulation.calls, simulation.slept) == (["poll_operation"], [])


def test_pauses_grow_to_the_longest() -> None:
    _, simulation = awaited(8)
    assert simulation.slept == [1, 1, 1, 1.5, 2.25, 3.375, 5.0625, 7.59375]
    _, simulation = awaited(10)
    assert simulation.slept[-1] == 10


def test_the_service_decides_when_it_says_so() -> None:
    _, simulation = awaited(2, retry_after=30)
    assert simulation.slept == [30, 30]


def test_the_wish_in_the_first_answer_is_obeyed() -> None:
    _, simulation = awaited(1, operation=replace(OPERATION, retry_after_seconds=15))
    assert simulation.slept == [15, 7.5]


def test_what_is_known_of_such_operations_leads() -> None:
    _, simulation = awaited(7, operation=replace(OPERATION, expected=Expected(60, 0)))
    assert simulation.slept == [1, 1, 2, 4, 8, 16, 28, 0.1]


def test_a_long_wait_continues_as_new_and_remembers_its_pause() -> None:
    _, simulation = awaited(POLLS_PER_HISTORY + 3)
    assert simulation.slept[-3:] == [10, 10, 10]
    asked = [payload for name, payload in simulation.inputs if name == "poll_operation"]
    gone_by = [sum(simulation.slept[:number]) for number in range(len(asked))]
    assert [payload["seconds"] for payload in asked] == gone_by
    assert [payload["looked_seconds"] for payload in asked] == [0.0, *gone_by[:-1]]


def test_the_end_of_its_time_does_not_wait_for_history() -> None:
    operation = replace(OPERATION, expected=Expected(7200, 10))
    simulation = Simulation({"poll_operation": lambda _: value(OperationStatus(OperationState.IN_PROGRESS))})
    until = (simulation.now + timedelta(minutes=10)).isoformat()
    simulation.run(await_operation, to_json(AwaitRequest(operation, POLICY, until=until)))
    assert sum(simulation.slept) == 600
    assert len(simulation.slept) == 4


def test_a_poll_that_fails_for_good_is_the_operations_failure() -> None:
    simulation = Simulation({"poll_operation": lambda _: failure("AuthorizationFailed")})
    status = from_json(OperationStatus, simulation.run(await_operation, REQUEST))
    assert status.state is OperationState.FAILED
    assert status.error is not None
    assert status.error.code == "AuthorizationFailed"


def test_an_operation_that_never_ends_is_given_up_in_time() -> None:
    activities = {"poll_operation": lambda _: value(OperationStatus(OperationState.IN_PROGRESS))}
    simulation = Simulation(activities)
    until = (simulation.now + timedelta(hours=1)).isoformat()
    answer = simulation.run(await_operation, to_json(AwaitRequest(OPERATION, POLICY, until=until)))
    status = from_json(OperationStatus, answer)
    assert status.error is not None
    assert status.error.code == "OperationTimedOut"
    assert 3600 <= sum(simulation.slept) < 3620
