"""Random orchestrations return what the model says."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.programs import Program, predict, programs


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    running = HostProcess(APPS / "programs", tmp_path_factory.mktemp("programs"))
    yield running.start()
    running.close()


def check(host: HostProcess, batch: list[Program]) -> None:
    started = [(host.begin("program", program), program) for program in batch]
    for instance, program in started:
        status = host.wait(instance, seconds=120)
        assert status["runtimeStatus"] == "Completed", (program, status["output"])
        assert status["output"] == predict(program), program


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(programs, min_size=4, max_size=4))
def test_a_few(host: HostProcess, batch: list[Program]) -> None:
    check(host, batch)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(programs, min_size=20, max_size=20))
def test_a_thousand(host: HostProcess, batch: list[Program]) -> None:
    check(host, batch)
