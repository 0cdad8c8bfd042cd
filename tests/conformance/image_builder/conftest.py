"""One Kiln for the tests of this folder, and a resource group for each of them."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.image_builder.harness import Kiln
from tests.e2e.stack import Stack

CHECKOUT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session")
def kiln(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kiln]:
    """An empty home that shares the installed Azurite; builds use the small base image."""
    folder = tmp_path_factory.mktemp("kiln")
    npm = Path(os.environ.get("KILN_HOME", CHECKOUT / ".kiln")) / "npm"
    if not (npm / "node_modules" / ".bin" / "azurite").exists():
        pytest.skip("Azurite is not installed: run ./kiln test")
    (folder / "npm").symlink_to(npm)
    stack = Stack.start(folder)
    yield Kiln(stack)
    stack.stop()


@pytest.fixture
def group(kiln: Kiln, request: pytest.FixtureRequest) -> str:
    """A resource group that only this test uses."""
    return kiln.make_group("rg-" + re.sub(r"[^\w-]", "-", request.node.name)[:80].strip("-"))
