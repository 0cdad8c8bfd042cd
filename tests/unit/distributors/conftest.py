"""Fixtures for tests of one distributor each: a test module names it in `DISTRIBUTOR`."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from shared.distributors.kind import Home
from shared.distributors.registry import read_distributor
from shared.domain.problems import InvalidTemplateError
from shared.domain.template import Distributor, OsState
from shared.reading.object_reader import read_object
from shared.reading.report import Report

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"

# Without clocks: a busy machine is no fault of the code.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


@pytest.fixture
def read(request: pytest.FixtureRequest) -> Callable[..., Distributor]:
    """Reads members of the module's distributor, in a template at westeurope."""

    def read_members(
        *,
        api_version: str = "2025-10-01",
        os_state: OsState = OsState.GENERALIZED,
        architecture: str = "",
        **members: object,
    ) -> Distributor:
        document = {"type": request.module.DISTRIBUTOR, "runOutputName": "out", **members}
        report = Report(api_version)
        fields = read_object(document, "", report)
        assert fields is not None
        distributor = read_distributor(fields, Home("westeurope", SUBSCRIPTION, os_state, architecture))
        report.raise_problems(document)
        assert distributor is not None
        return distributor

    return read_members


@pytest.fixture
def faults(read: Callable[..., Distributor]) -> Callable[..., list[tuple[str, str]]]:
    """Place and code of every problem of some members."""

    def faults_of(**members: object) -> list[tuple[str, str]]:
        with pytest.raises(InvalidTemplateError) as caught:
            read(**members)
        return [(problem.path, problem.code) for problem in caught.value.problems]

    return faults_of
