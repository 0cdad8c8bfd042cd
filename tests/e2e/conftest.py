"""A local Kiln of its own for each module that asks for one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Stack

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home that shares the installed Azurite."""
    folder = tmp_path_factory.mktemp("kiln")
    npm = Path(os.environ.get("KILN_HOME", CHECKOUT / ".kiln")) / "npm"
    if not (npm / "node_modules" / ".bin" / "azurite").exists():
        pytest.skip("Azurite is not installed: run ./kiln test")
    (folder / "npm").symlink_to(npm)
    return folder


@pytest.fixture(scope="module")
def stack(root: Path) -> Iterator[Stack]:
    stack = Stack.start(root)
    yield stack
    stack.stop()
