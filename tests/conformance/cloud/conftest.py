"""Clouds and clients for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.cloud.harness import Azurite, Clients, LocalCloud, find_azurite, running_azurite

StartCloud = Callable[..., LocalCloud]
Connect = Callable[..., Clients]


@pytest.fixture(scope="session")
def azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    if (program := find_azurite()) is None:
        pytest.skip("Azurite is not installed (./kiln doctor tells how): no storage to write blobs to")
    with running_azurite(tmp_path_factory.mktemp("azurite"), program) as running:
        yield running


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One cloud without guests for the tests of a module; each test has a resource group of its own."""
    running = LocalCloud(tmp_path_factory.mktemp("cloud"), ("--guest", "none")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture(scope="module")
def clients(cloud: LocalCloud) -> Iterator[Clients]:
    made = Clients(cloud)
    yield made
    made.close()


@pytest.fixture
def group(request: pytest.FixtureRequest) -> str:
    """A resource group's name that only this test uses; the test creates it."""
    return f"rg-{request.node.name.replace('[', '-').rstrip(']')}"[:90]


@pytest.fixture
def start_cloud(tmp_path: Path) -> Iterator[StartCloud]:
    """`start_cloud("--operation-seconds", "1", storage=…)`: clouds that end with the test."""
    started: list[LocalCloud] = []

    def start(*options: str, storage: str = "UseDevelopmentStorage=true") -> LocalCloud:
        cloud = LocalCloud(tmp_path / f"cloud{len(started)}", options, storage).start()
        started.append(cloud)
        return cloud

    yield start
    for cloud in started:
        if cloud.process:
            cloud.stop()


@pytest.fixture
def connect() -> Iterator[Connect]:
    """`connect(cloud, **options)`: clients that are closed with the test."""
    made: list[Clients] = []

    def start(cloud: LocalCloud, **options: object) -> Clients:
        made.append(Clients(cloud, **options))
        return made[-1]

    yield start
    for clients in made:
        clients.close()
