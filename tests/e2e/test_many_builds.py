"""A small sample of benchmarks/scale.py: builds started at once all succeed, each at the cost of one."""

from pathlib import Path

import pytest

from benchmarks.scale import Measured, measure

COUNT = 10
MOST_CALLS = 45  # to ARM for a build, polls included: test_arm_calls.py counts what is no poll
MOST_HISTORY = 80 * 1024  # bytes, of all orchestrations of a build together


@pytest.fixture(scope="module")
def measured(root: Path) -> Measured:
    """`root` skips where Azurite is missing. Runs end when their outputs are usable."""
    del root
    return measure(COUNT, {"KILN_END_BEFORE_CLEANUP": "true"})


def test_all_succeed_and_none_starves(measured: Measured) -> None:
    assert measured.succeeded == COUNT
    assert len(measured.ends) == COUNT
    assert measured.ends[-1] - measured.ends[0] <= max(10.0, 0.5 * measured.ends[-1])


def test_a_build_among_others_costs_what_one_costs(measured: Measured) -> None:
    assert measured.arm_calls / COUNT <= MOST_CALLS
    assert measured.history_bytes / COUNT <= MOST_HISTORY


def test_what_is_cleaned_up_after_the_end_is_cleaned_up(measured: Measured) -> None:
    assert measured.left_over == 0


def test_every_process_was_looked_at(measured: Measured) -> None:
    assert {"host", "worker", "cloud", "azurite"} <= measured.usage.memory.keys()
    assert all(measured.usage.memory[name] > 0 for name in ("host", "worker", "cloud", "azurite"))
