"""Random orchestrations return what the model says although the host is killed again and again."""

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.programs import Program, predict, programs


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    running = HostProcess(APPS / "programs", tmp_path_factory.mktemp("killed"))
    yield running.start()
    running.close()


def check_with_kills(host: HostProcess, batch: list[Program], kills: int) -> None:
    started = [(host.begin("program", program), program) for program in batch]
    for _ in range(kills):
        # The moment of the kill is the input of the experiment, not a wait for something.
        time.sleep(random.uniform(0.0, 0.4))
        host.kill()
        host.start()
    for instance, program in started:
        status = host.wait(instance, seconds=120)
        assert status["runtimeStatus"] == "Completed", (program, status["output"])
        assert status["output"] == predict(program), program


@settings(max_examples=2, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(programs, min_size=6, max_size=6))
def test_a_few_killed_twice(host: HostProcess, batch: list[Program]) -> None:
    check_with_kills(host, batch, 2)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=15, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(programs, min_size=20, max_size=20))
def test_three_hundred_killed_four_times(host: HostProcess, batch: list[Program]) -> None:
    check_with_kills(host, batch, 4)
