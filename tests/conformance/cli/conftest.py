"""A real Azurite, as `kiln up` starts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local import azurite, processes, supervisor
from cli.local.home import Home, current_home
from cli.local.parts import azurite_part
from cli.local.ports import DEFAULT_PORTS, free_ports


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its connection string. The installation is the checkout's, the data are the test's."""
    installed = current_home()
    if azurite.installed_version(installed) is None:
        pytest.skip("Azurite is not installed; ./kiln test installs it")
    home = Home(tmp_path_factory.mktemp("home"))
    home.create()
    home.npm.symlink_to(installed.npm, target_is_directory=True)
    ports = dict(zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True))
    running = supervisor.ensure(home, azurite_part(home, ports))
    yield azurite.connection_string(ports)
    processes.stop(home, running)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text("<h1>page</h1>")
    (tmp_path / "sub" / "data").write_bytes(bytes(range(256)))
    return tmp_path
