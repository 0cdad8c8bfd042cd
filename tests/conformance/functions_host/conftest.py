"""Hosts for the tests of this folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.queues import find_azurite, running_azurite

StartHost = Callable[..., HostProcess]


@pytest.fixture(scope="module")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """A running host with the app of Durable Functions patterns, shared by a module's tests."""
    host = HostProcess(APPS / "patterns", tmp_path_factory.mktemp("patterns"))
    yield host.start()
    host.close()


@pytest.fixture
def start_host(tmp_path: Path) -> Iterator[StartHost]:
    """Starts hosts that end with the test: `start_host(app, environment={...}, auth=False)`."""
    hosts: list[HostProcess] = []

    def start(app: str | Path, **options: object) -> HostProcess:
        path = APPS / app if isinstance(app, str) else app
        host = HostProcess(path, tmp_path / "data", **options)  # type: ignore[arg-type]
        hosts.append(host)
        return host.start()

    yield start
    for host in hosts:
        host.close()


@pytest.fixture(scope="session")
def azurite_queues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a running Azurite's queue service."""
    if (program := find_azurite()) is None:
        pytest.skip("Azurite is not installed (./kiln doctor tells how): no storage queues")
    with running_azurite(tmp_path_factory.mktemp("azurite-queues"), program) as connection:
        yield connection
