"""One local Kiln for the fault tests: its cloud recorded, its patience short, galleries in many regions."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from azure.storage.blob import BlobServiceClient

from cli.local import supervisor
from cli.local.app_group import GROUPS_API_VERSION
from cli.local.arm import Arm
from cli.local.demo_scene import GALLERIES_API_VERSION
from cli.local.environment import RESOURCE_GROUP, CloudAccess
from cli.local.home import Home
from cli.local.parts import Part
from tests.e2e.stack import ENDED, Stack, shell, tiny
from tests.faults.build.arm_calls import ArmCall, Lane, calls_of

# Regions of the local cloud: builds in different ones never share a call.
LOCATIONS = (
    "westeurope",
    "northeurope",
    "germanywestcentral",
    "swedencentral",
    "francecentral",
    "uksouth",
    "eastus",
    "eastus2",
    "centralus",
    "westus2",
    "westus3",
    "japaneast",
)
PATIENCE_SECONDS = "15"
SWEEP_SECONDS = 60.0
SLOWEST_SECONDS = 900.0


@dataclass(frozen=True)
class Scene:
    """A running Kiln, and what the fault tests ask of it besides builds."""

    stack: Stack
    record: Path

    @property
    def cloud(self) -> CloudAccess:
        return self.stack.local.cloud

    def template(self, lane: Lane, timeout_minutes: int = 10) -> dict[str, Any]:
        """A build of one script to a gallery version and a VHD, in the lane's region.

        The script is the lane's own, so that no build begins with another's layer.
        """
        gallery = {"type": "SharedImage", "runOutputName": "gallery", "galleryImageId": self.definition(lane)}
        template = tiny([shell("one", f"echo {lane.name}")], gallery, {"type": "VHD", "runOutputName": "vhd"})
        template["location"] = lane.location
        template["properties"]["buildTimeoutInMinutes"] = timeout_minutes
        return template

    def definition(self, lane: Lane) -> str:
        """The id of the lane's image definition; made if it is not there."""
        with Arm(self.cloud) as arm:
            group = f"/resourceGroups/{RESOURCE_GROUP}"
            arm.put(group, GROUPS_API_VERSION, {"location": LOCATIONS[0]})
            gallery = f"{group}/providers/Microsoft.Compute/galleries/{lane.location}"
            arm.put(gallery, GALLERIES_API_VERSION, {"location": lane.location, "properties": {}})
            image = f"{gallery}/images/{lane.name}"
            arm.put(image, GALLERIES_API_VERSION, _definition(lane))
        return f"/subscriptions/{self.cloud.subscription_id}{image}"

    def calls(self, lane: Lane) -> list[ArmCall]:
        """What a build without faults asks of ARM."""
        template = self.template(lane)
        before = len(self.record.read_text().splitlines())
        run_id = self.stack.build(template, lane.name)
        run = self.stack.finish(run_id)
        assert run["state"] == "Succeeded", run["error"]
        exchanges = [json.loads(line) for line in self.record.read_text().splitlines()[before:]]
        return calls_of(exchanges, run_id, lane)

    def finish(self, run_id: str) -> dict[str, Any]:
        """The run once it has ended; a fault may cost it minutes."""
        deadline = time.monotonic() + SLOWEST_SECONDS
        while time.monotonic() < deadline:
            run = self.stack.run(run_id)
            if run["state"] in ENDED:
                return run
            time.sleep(0.1)  # between two looks at the run's own state
        raise AssertionError(f"{run_id} did not end: {run}")

    @contextmanager
    def fault(self, match: str, body: dict[str, Any]) -> Iterator[None]:
        """The fault, until the block ends."""
        url = f"{self.cloud.arm}/_local/faults"
        trust = ssl.create_default_context(cafile=self.cloud.ca)
        with httpx.Client(verify=trust, trust_env=False) as client:
            answer = client.post(url, json={"match": match, **body})
            assert answer.status_code == 201, answer.text
            yield
            client.delete(f"{url}/{answer.json()['id']}")

    def left_over(self, run_id: str) -> list[str]:
        """Ids of tagged resources, and names of staged scripts."""
        return [*self.stack.left_over(run_id), *self.blobs("kiln", f"runs/{run_id}/scripts/")]

    def sweep(self, run_id: str) -> None:
        """Has the janitor look until nothing is left of the run; the test's own checks say if it never is."""
        deadline = time.monotonic() + SWEEP_SECONDS
        while self.left_over(run_id) and time.monotonic() < deadline:
            assert self.stack.call("POST", "/janitor").status_code == 202
            while self.stack.call("GET", "/janitor").json().get("state") in ("Pending", "Running"):
                time.sleep(0.05)  # between two looks at the sweep's own state

    def blobs(self, container: str, prefix: str) -> list[str]:
        """Names of the blobs below a prefix in Kiln's storage."""
        with BlobServiceClient.from_connection_string(self.stack.local.endpoints.storage) as service:
            return list(service.get_container_client(container).list_blob_names(name_starts_with=prefix))


@contextmanager
def scene(root: Path) -> Iterator[Scene]:
    """A Kiln below `root` that runs until the block ends."""
    record = root / "record.jsonl"
    make_cloud, make_functions = supervisor.cloud_part, supervisor.functions_part

    def recorded(*given: Any) -> Part:
        part = make_cloud(*given)
        return replace(part, command=[*part.command, "--record", str(record), "--cores-quota", "1000"])

    def impatient(*given: Any) -> Part:
        part = make_functions(*given)
        return replace(part, environment={**part.environment, "KILN_PATIENCE_SECONDS": PATIENCE_SECONDS})

    with (
        patch.object(supervisor, "cloud_part", recorded),
        patch.object(supervisor, "functions_part", impatient),
    ):
        try:
            yield Scene(Stack.start(root), record)
        finally:
            supervisor.take_down(Home(root))  # also what had started when another part did not


def _definition(lane: Lane) -> dict[str, Any]:
    return {
        "location": lane.location,
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "architecture": "x64",
            "identifier": {"publisher": "Kiln", "offer": lane.location, "sku": lane.name},
        },
    }
