"""What a whole build asks of ARM: every body fits Microsoft's own types, every effect is asked for once."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli.local import supervisor
from cli.local.home import Home
from cli.local.parts import Part
from tests.conformance.cloud.contracts import FOLDER, check
from tests.e2e.stack import Stack, shell, tiny

EFFECTS = {
    "PUT resourceGroups": 1,
    "PUT publicIPAddresses": 1,
    "PUT networkSecurityGroups": 1,
    "PUT natGateways": 1,
    "PUT virtualNetworks": 1,
    "PUT networkInterfaces": 1,
    "PUT virtualMachines": 1,
    "PUT runCommands": 3,  # two customizers and the deprovisioning
    "POST deallocate": 1,
    "POST generalize": 1,
    "PUT snapshots": 3,  # the VHD's, and a layer after each customizer
    "POST beginGetAccess": 1,
    "POST endGetAccess": 1,
    "PUT versions": 1,
    "DELETE resourceGroups": 1,
}


@pytest.fixture(scope="module")
def exchanges(root: Path) -> Iterator[list[dict[str, Any]]]:
    """Everything that one build exchanges with the cloud."""
    record = root / "record.jsonl"
    with pytest.MonkeyPatch.context() as patch:
        make_cloud = supervisor.cloud_part

        def recording(home: Home, ports: dict[str, int]) -> Part:
            part = make_cloud(home, ports)
            return replace(part, command=[*part.command, "--record", str(record)])

        patch.setattr(supervisor, "cloud_part", recording)
        stack = Stack.start(root)
    try:
        gallery = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": stack.definition()}
        before = len(record.read_text().splitlines())
        steps = [shell("one", "true"), shell("two", "true")]
        run = stack.finish(stack.build(tiny(steps, gallery, {"type": "VHD", "runOutputName": "vhd"})))
        assert run["state"] == "Succeeded", run["error"]
        yield [json.loads(line) for line in record.read_text().splitlines()[before:]]
    finally:
        stack.stop()


def test_every_effect_is_asked_for_once(exchanges: list[dict[str, Any]]) -> None:
    asked = Counter(_name(e["method"], e["path"]) for e in exchanges if e["method"] != "GET")
    assert asked == EFFECTS


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"Microsoft's resource types are not here ({FOLDER.name})")
def test_every_body_fits_its_contract(exchanges: list[dict[str, Any]]) -> None:
    compared, violations = check(exchanges)
    assert violations == []
    assert compared > 20


def _name(method: str, path: str) -> str:
    """The last type or action of an ARM path: `PUT runCommands`, `POST deallocate`."""
    parts = re.sub(r"^/subscriptions/[^/]+/", "", path).strip("/").split("/")
    if method == "POST":
        return f"POST {parts[-1]}"
    return f"{method} {parts[-2]}".replace("resourcegroups", "resourceGroups")
