"""Polling: short at first, growing, obeying the service, in histories that stay small."""

from datetime import timedelta
from typing import Any

from orchestrators.await_operation import POLLS_PER_HISTORY, await_operation, pause
from shared.domain.codec import from_json, to_json
from shared.domain.operations import (
    AwaitRequest,
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
    PollPolicy,
)
from tests.unit.orchestrators.fake_activities import failure, value
from tests.unit.orchestrators.simulation import Simulation

POLICY = PollPolicy(first_seconds=1, growth=2, longest_seconds=10)
REQUEST = to_json(AwaitRequest(OperationRef(OperationKind.ARM, "vm", "https://arm/1"), POLICY))


def awaited(polls: int, retry_after: float = 0.0) -> tuple[OperationStatus, Simulation]:
    """Waits for an operation that is in progress for `polls` polls."""
    left = [OperationStatus(OperationState.IN_PROGRESS, retry_after)] * polls

    def poll(_: object) -> Any:
        return value(left.pop() if left else OperationStatus(OperationState.SUCCEEDED))

    simulation = Simulation({"poll_operation": poll})
    return from_json(OperationStatus, simulation.run(await_operation, REQUEST)), simulation


def test_an_operation_that_is_done_is_polled_once() -> None:
    status, simulation = awaited(0)
    assert status.state is OperationState.SUCCEEDED
    assert (simulation.calls, simulation.slept) == (["poll_operation"], [])


def test_pauses_grow_to_the_longest() -> None:
    _, simulation = awaited(6)
    assert simulation.slept == [1, 2, 4, 8, 10, 10]


def test_the_service_decides_when_it_says_so() -> None:
    _, simulation = awaited(2, retry_after=30)
    assert simulation.slept == [30, 30]


def test_a_long_wait_continues_as_new_and_remembers_its_pause() -> None:
    _, simulation = awaited(POLLS_PER_HISTORY + 3)
    assert simulation.slept[-3:] == [10, 10, 10]


def test_a_poll_that_fails_for_good_is_the_operations_failure() -> None:
    simulation = Simulation({"poll_operation": lambda _: failure("AuthorizationFailed")})
    status = from_json(OperationStatus, simulation.run(await_operation, REQUEST))
    assert status.state is OperationState.FAILED
    assert status.error is not None
    assert status.error.code == "AuthorizationFailed"


def test_the_pause_never_overflows() -> None:
    assert pause(POLICY, 100_000, 0) == 10


def test_an_operation_that_never_ends_is_given_up_in_time() -> None:
    activities = {"poll_operation": lambda _: value(OperationStatus(OperationState.IN_PROGRESS))}
    simulation = Simulation(activities)
    until = (simulation.now + timedelta(hours=1)).isoformat()
    operation = OperationRef(OperationKind.ARM, "vm", "https://arm/1")
    answer = simulation.run(await_operation, to_json(AwaitRequest(operation, POLICY, until=until)))
    status = from_json(OperationStatus, answer)
    assert status.error is not None
    assert status.error.code == "OperationTimedOut"
    assert 3600 <= sum(simulation.slept) < 3620
