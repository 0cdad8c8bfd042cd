"""A running Kiln with a gallery, stored templates that follow one another, and a bus to tell news on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from azure.servicebus import ServiceBusClient, ServiceBusMessage

from cli.local.arm import Arm
from cli.local.demo_scene import GALLERIES_API_VERSION
from tests.conformance.image_builder.harness import SOURCE, Kiln
from tests.e2e.stack import ENDED, Stack, shell

TINY = "Kiln:tiny:tiny-gen2"
TRIGGER = {"properties": {"kind": "SourceImage"}}
SLOWEST_SECONDS = 240.0
T = TypeVar("T")


@dataclass
class Factory:
    """`group` holds the gallery and the templates."""

    stack: Stack
    group: str

    @property
    def kiln(self) -> Kiln:
        return Kiln(self.stack)

    @property
    def gallery(self) -> str:
        group = f"/subscriptions/{self.kiln.subscription}/resourceGroups/{self.group}"
        return f"{group}/providers/Microsoft.Compute/galleries/{self.group.replace('-', '_')}"

    def make_definition(self, name: str) -> str:
        """The id of an image definition that fits the tiny image; its gallery is made with it."""
        self.kiln.make_group(self.group)
        properties = {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "identifier": {"publisher": "Kiln", "offer": self.group, "sku": name},
        }
        path = self.gallery.partition(self.kiln.subscription)[2]
        with Arm(self.stack.local.cloud) as arm:
            arm.put(path, GALLERIES_API_VERSION, {"location": "westeurope", "properties": {}})
            definition = {"location": "westeurope", "properties": properties}
            arm.put(f"{path}/images/{name}", GALLERIES_API_VERSION, definition)
        return f"{self.gallery}/images/{name}"

    def make_template(
        self, name: str, source: str, *lines: str, vhd: bool = True, tags: dict[str, str] | None = None
    ) -> None:
        """A stored template that publishes to the definition of its name; `source` is TINY or another one."""
        definition = self.make_definition(name)
        built_from = (
            SOURCE
            if source == TINY
            else {
                "type": "SharedImageVersion",
                "imageVersionId": f"{self.gallery}/images/{source}/versions/latest",
            }
        )
        outputs = [
            {"type": "SharedImage", "runOutputName": "image", "galleryImageId": definition},
            {"type": "VHD", "runOutputName": "vhd"},
        ][: 2 if vhd else 1]
        customize = [shell(name, *lines)]
        body = self.kiln.template(self.group, source=built_from, customize=customize, distribute=outputs)
        self.kiln.create(f"{self.group}/{name}", {**body, "tags": tags or {}})

    def follow_source(self, name: str) -> None:
        made = self.kiln.arm("PUT", f"{self.group}/{name}/triggers/source", TRIGGER)
        assert made.status_code == 201, made.text

    def start(self, name: str) -> None:
        """Starts a run by hand, as AIB's clients do."""
        started = self.kiln.arm("POST", f"{self.group}/{name}/run")
        assert started.status_code == 202, started.text

    def runs(self, name: str) -> list[dict[str, Any]]:
        """The template's runs, the newest first."""
        found = self.stack.call("GET", "/builds", params={"limit": 1000}).json()["value"]
        return [run for run in found if (run["resourceGroup"], run["templateName"]) == (self.group, name)]

    def finished(self, name: str, count: int) -> dict[str, Any]:
        """The newest run, once the template has so many that ended with success."""

        def look() -> dict[str, Any] | None:
            runs = self.runs(name)
            failed = [run["error"] for run in runs if run["state"] in ENDED - {"Succeeded"}]
            assert not failed, failed
            done = len(runs) == count and all(run["state"] == "Succeeded" for run in runs)
            return runs[0] if done else None

        return until(look, f"{count} runs of {name}")

    def images(self, path: str = "", **query: str) -> Any:
        return self.stack.call("GET", f"/images{path}", params=query).json()

    def send_event(self, type_: str, subject: str, id_: str) -> None:
        """As Event Grid or anybody else does, with the real client."""
        message = ServiceBusMessage(json.dumps(cloud_event(type_, subject, id_)))
        with self.bus() as bus, bus.get_topic_sender("image-events") as sender:
            sender.send_messages(message)

    def bus(self) -> ServiceBusClient:
        return ServiceBusClient.from_connection_string(self.stack.local.endpoints.serviceBus)

    def nothing_left_to_hear(self) -> None:
        """Returns when the app has settled every message of its subscription."""
        with self.bus() as bus, bus.get_subscription_receiver("image-events", "kiln") as receiver:
            until(lambda: None if receiver.peek_messages() else True, "empty subscription")


def cloud_event(type_: str, subject: str, id_: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": "/tests",
        "type": type_,
        "subject": subject,
        "time": "2026-11-21T12:00:00Z",
    }


def until(look: Callable[[], T | None], what: str) -> T:
    """What `look` finds, looked for again and again; bounded in time."""
    deadline = time.monotonic() + SLOWEST_SECONDS
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.05)  # between two looks; what is waited for is a state of Kiln's own
    raise AssertionError(f"in {SLOWEST_SECONDS:.0f} s there was no {what}")
