"""A bus for each module of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.service_bus.harness import BusProcess, entities, queue

StartBus = Callable[..., BusProcess]


@pytest.fixture(scope="module")
def bus(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusProcess]:
    """Running, with the entities of the module's `ENTITIES`."""
    started = BusProcess(tmp_path_factory.mktemp("bus"), request.module.ENTITIES)
    yield started.start()
    assert "Traceback" not in started.log(), started.log()
    started.close()


@pytest.fixture
def start_bus(tmp_path: Path) -> Iterator[StartBus]:
    """Starts buses that end with the test: `start_bus(entities, *arguments)`."""
    buses: list[BusProcess] = []

    def start(config: dict[str, Any] | None = None, *arguments: str) -> BusProcess:
        made = BusProcess(tmp_path / "bus", config or entities(queue("orders")), *arguments)
        buses.append(made)
        return made.start()

    yield start
    for each in buses:
        each.close()
