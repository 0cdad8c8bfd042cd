"""When an operation is looked at: the service's wish is obeyed, little is lost, few looks are made."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.operations import Expected, OperationKind, OperationRef, PollPolicy
from shared.domain.polling import (
    AT_ONCE_SECONDS,
    CLOSE_LOOKS,
    QUICK_READS,
    READ_PACE,
    Look,
    first_pause,
    pause,
)

POLICY = PollPolicy()
ARM = OperationRef(OperationKind.ARM, "vm", "https://arm/1")
# Tenths, so that sums of pauses are what they look like.
SECONDS = st.integers(1, 72_000).map(lambda tenths: tenths / 10)
WISHES = st.sampled_from([0.0, 0.05, 1.0, 5.0, 10.0, 15.0, 30.0])
EXPECTATIONS = st.none() | st.builds(Expected, SECONDS, SECONDS.map(lambda seconds: seconds / 4))
KINDS = st.sampled_from([OperationKind.ARM, OperationKind.RUN_COMMAND])


def looks(operation: OperationRef, takes: float, wish: float = 0.0) -> list[float]:
    """Seconds since the start of every look at an operation that takes so long, the last one at its end."""
    made = [first_pause(POLICY, operation)]
    while made[-1] < takes:
        made.append(made[-1] + pause(POLICY, operation, Look(made[-1], len(made), wish)))
        assert len(made) < 5000
    return made


@given(kind=KINDS, expected=EXPECTATIONS, takes=SECONDS, wish=WISHES)
def test_the_services_wish_is_a_lower_bound(
    kind: OperationKind, expected: Expected | None, takes: float, wish: float
) -> None:
    operation = OperationRef(kind, "vm", "", "", wish, expected)
    made = looks(operation, takes, wish)
    assert made[0] >= wish or wish <= AT_ONCE_SECONDS
    assert all(later - earlier >= wish - 1e-6 for earlier, later in pairwise(made))


@given(expected=EXPECTATIONS, takes=SECONDS, wish=WISHES)
def test_what_is_lost_at_the_end_is_bounded(expected: Expected | None, takes: float, wish: float) -> None:
    operation = OperationRef(OperationKind.ARM, "vm", "", "", wish, expected)
    lost = looks(operation, takes, wish)[-1] - takes
    least = max(POLICY.first_seconds, wish)
    share = max(least, POLICY.share * takes)
    if expected is None or takes >= expected.seconds + 2 * expected.deviation:
        assert lost <= share + 1e-6
    else:  # earlier than it was ever seen: nobody looks all the time for that
        assert lost <= 2 * max(least, expected.seconds, takes) + 1e-6


@given(expected=EXPECTATIONS, takes=SECONDS, wish=WISHES)
def test_the_number_of_looks_is_bounded(expected: Expected | None, takes: float, wish: float) -> None:
    """About one for each first pause, then by the logarithm, then one a minute."""
    operation = OperationRef(OperationKind.ARM, "vm", "", "", wish, expected)
    linear = min(takes, POLICY.first_seconds / POLICY.share) / POLICY.first_seconds
    growing = log(max(1.0, takes * POLICY.share / POLICY.first_seconds)) / log(1 + POLICY.share)
    # Close looks, and those that become wider again by half of how late it is: 0.1 s to a share in a few.
    known = 0 if expected is None else 8 + CLOSE_LOOKS + 12 + log(takes + 1) / log(1.5)
    bound = 2 + linear + growing + takes / POLICY.longest_seconds + known
    assert len(looks(operation, takes, wish)) <= bound


@pytest.mark.parametrize("seconds", [2.0, 5.0, 15.0, 30.0, 60.0, 120.0])
@pytest.mark.parametrize("wish", [0.0, 1.0])
def test_a_usual_operation_is_seen_at_its_end(seconds: float, wish: float) -> None:
    """It ends within a tenth of its usual time, as those before it did."""
    operation = OperationRef(OperationKind.ARM, "vm", "", "", wish, Expected(seconds, seconds / 20))
    samples = [seconds * (0.9 + 0.01 * n) for n in range(21)]
    lost = [looks(operation, sample, wish)[-1] - sample for sample in samples]
    assert sum(lost) / len(lost) <= max(0.05 * seconds, 0.5 * wish)
    assert max(len(looks(operation, sample, wish)) for sample in samples) <= 8 + CLOSE_LOOKS


@pytest.mark.parametrize("takes", [0.1, 1.0, 3.0, 20.0])
def test_an_operation_that_was_once_slow_costs_the_next_one_little(takes: float) -> None:
    """The first machine of an image has to wait for the image, the second finds it there."""
    quick = PollPolicy(first_seconds=0.1)
    operation = OperationRef(OperationKind.ARM, "vm", "", "", 0.05, Expected(64.0, 16.0))
    made = [first_pause(quick, operation)]
    while made[-1] < takes:
        made.append(made[-1] + pause(quick, operation, Look(made[-1], len(made), 0.05)))
    assert made[-1] - takes <= max(0.5, takes)


def test_a_wish_of_fifteen_seconds_does_not_cost_fifteen_seconds() -> None:
    """The look that matters is made when the operation should be over: at 41 s, not at 45."""
    operation = OperationRef(OperationKind.ARM, "vm", "", "", 15.0, Expected(40.0, 0.5))
    assert looks(operation, 40.2, wish=15.0) == [15.0, 41.0]


def test_nothing_known_and_no_wish_is_looked_at_at_once() -> None:
    assert looks(ARM, 0.0) == [0.0]
    assert looks(ARM, 3.0) == [0.0, 1.0, 2.0, 3.0]


def test_what_was_always_done_at_once_is_looked_at_at_once() -> None:
    done = OperationRef(OperationKind.ARM, "vm", "", "", 0.001, Expected(0.004, 0.002))
    assert looks(done, 0.0) == [0.0]


def test_a_vm_is_read_no_oftener_than_azure_grants() -> None:
    """36 reads at once and 12 a minute, shared by the scripts that run in it one after the other."""
    pace = READ_PACE * POLICY.first_seconds
    for expected in (None, Expected(30.0, 3.0), Expected(300.0, 5.0)):
        made = looks(OperationRef(OperationKind.RUN_COMMAND, "1", expected=expected), 600.0)
        assert all(number <= QUICK_READS + at / pace + 1 for number, at in enumerate(made))


def test_the_pause_never_overflows() -> None:
    assert pause(POLICY, ARM, Look(1e9, 100_000)) == POLICY.longest_seconds
