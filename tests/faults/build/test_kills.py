"""A few kills at random moments; `nox -s kills` runs 200 builds and writes them into docs/reliability.md."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import root
from tests.faults.build.killing import kill_once
from tests.faults.build.scene import Scene, scene

__all__ = ["root"]


@pytest.fixture(scope="module")
def running(root: Path) -> Iterator[Scene]:
    with scene(root) as found:
        yield found


@pytest.mark.parametrize("seed", [7, 11])
def test_killed_builds_succeed_once_and_leave_nothing(running: Scene, seed: int) -> None:
    assert [each for each in kill_once(running, seed) if each.problems] == []
