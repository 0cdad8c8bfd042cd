"""Requests of one caller are bounded, those of others are not touched."""

from shared.access.rates import MOST_CALLERS, RateLimit


def test_a_burst_passes_then_the_rate_holds() -> None:
    now = [0.0]
    limit = RateLimit(per_second=2, burst=3, clock=lambda: now[0])
    assert [limit.wait_for("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.wait_for("b") == 0
    now[0] = 0.5
    assert limit.wait_for("a") == 0
    assert limit.wait_for("a") > 0
    now[0] = 100
    assert [limit.wait_for("a") for _ in range(3)] == [0, 0, 0]


def test_memory_is_bounded_by_forgetting_who_was_silent_longest() -> None:
    limit = RateLimit(per_second=1, burst=1, clock=lambda: 0.0)
    assert limit.wait_for("first") == 0
    for number in range(MOST_CALLERS):
        limit.wait_for(str(number))
    assert limit.wait_for("first") == 0
    assert limit.wait_for(str(MOST_CALLERS - 1)) > 0
