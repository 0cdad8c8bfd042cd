"""Debian in a store that is kept between runs: KILN_HOME, or `.kiln/` of this repository.

The base is built on the first run, which takes half a minute on an idle machine.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from local.guest import Hypervisor

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def hypervisor() -> Hypervisor:
    return Hypervisor(Path(os.environ.get("KILN_HOME", REPOSITORY / ".kiln")) / "guest-tests")


@pytest.fixture(scope="session")
def debian(hypervisor: Hypervisor) -> str:
    return hypervisor.prepare(next(image for image in hypervisor.marketplace() if image.sku == "12-gen2"))
