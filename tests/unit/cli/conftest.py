"""A home of its own for each test; whatever runs in it is stopped afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.local import processes
from cli.local.files import read_json
from cli.local.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "kiln")
    home.create()
    yield home
    for path in home.run.glob("*.json"):
        running = processes.find(home, path.stem) if read_json(path) else None
        if running:
            processes.stop(home, running, seconds=0.5)
