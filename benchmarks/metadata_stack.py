"""A local Kiln of its own for measurements: its cloud runs no scripts, so that what is measured is Kiln."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import httpx

from cli.api import KilnApi
from cli.json_types import Json
from cli.local import azurite, supervisor
from cli.local.app_group import GROUPS_API_VERSION
from cli.local.arm import Arm
from cli.local.demo_scene import GALLERIES_API_VERSION
from cli.local.environment import LOCATION, RESOURCE_GROUP, CloudAccess
from cli.local.files import write_json
from cli.local.home import Home, current_home
from cli.local.parts import Part, azurite_part, cloud_part, functions_part
from cli.local.ports import DEFAULT_PORTS, free_ports
from cli.local.supervisor import Local

GALLERY = "load"
INSTANCES = "/runtime/webhooks/durabletask/instances"
SOURCE = {
    "type": "PlatformImage",
    "publisher": "Kiln",
    "offer": "tiny",
    "sku": "tiny-gen2",
    "version": "latest",
}
LOOK_SECONDS = 1.0
REQUESTS_AT_ONCE = 16


@dataclass(frozen=True)
class Stack:
    """A running local Kiln, all of whose state is below `home`."""

    home: Home
    local: Local

    @property
    def api(self) -> KilnApi:
        return KilnApi(self.local.endpoints.functions)

    def make_definitions(self, count: int) -> list[str]:
        """Ids of image definitions to publish to."""
        gallery = f"/resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Compute/galleries/{GALLERY}"
        with Arm(self.local.cloud) as arm:
            arm.put(f"/resourceGroups/{RESOURCE_GROUP}", GROUPS_API_VERSION, {"location": LOCATION})
            arm.put(gallery, GALLERIES_API_VERSION, {"location": LOCATION, "properties": {}})
            for number in range(count):
                arm.put(f"{gallery}/images/image-{number}", GALLERIES_API_VERSION, _definition(number))
        root = f"/subscriptions/{self.local.endpoints.subscriptionId}{gallery}"
        return [f"{root}/images/image-{number}" for number in range(count)]

    def start_builds(self, templates: Sequence[Json], prefix: str, *, cache: bool = True) -> list[str]:
        """Starts one build of each template, as fast as the API takes them; their run ids."""
        with self.api as api, ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:

            def start(number: int) -> str:
                name = f"{prefix}-{number}"
                return api.start_build(name, RESOURCE_GROUP, templates[number], cache=cache).id

            return list(pool.map(start, range(len(templates))))

    def arm_calls(self) -> dict[str, int]:
        """How often the cloud has answered each kind of request so far."""
        trusted = ssl.create_default_context(cafile=self.local.cloud.ca)
        answer = httpx.get(f"{self.local.cloud.arm}/_local/calls", verify=trusted, trust_env=False)
        counts: dict[str, int] = answer.json()["value"]
        return counts

    def wait_for_all(self, seconds: float, look: Callable[[], None] = lambda: None) -> None:
        """Returns when no orchestration runs; `look` is called about once a second meanwhile."""
        query = {"runtimeStatus": "Pending,Running", "top": "1"}
        deadline = time.monotonic() + seconds
        with httpx.Client(base_url=self.local.endpoints.functions, timeout=120, trust_env=False) as client:
            while time.monotonic() < deadline:
                look()
                if not client.get(INSTANCES, params=query).json():
                    return
                time.sleep(LOOK_SECONDS)
        raise RuntimeError(f"the builds did not end within {seconds:.0f} s")


def template(*distribute: Json, steps: int = 2, mark: str = "") -> Json:
    """A template with so many scripts, which the metadata-only guest does not run.

    Templates of different marks have nothing in common that one's layers could save another.
    """
    customize = [{"type": "Shell", "name": f"step {n}", "inline": [f"echo {mark} {n}"]} for n in range(steps)]
    properties = {"source": SOURCE, "customize": customize, "distribute": list(distribute)}
    return {"location": LOCATION, "properties": properties}


def shared_image(definition: str, regions: Sequence[str] = (LOCATION,)) -> Json:
    targets = [{"name": region} for region in regions]
    return {
        "type": "SharedImage",
        "runOutputName": "image",
        "galleryImageId": definition,
        "targetRegions": targets,
    }


def _definition(number: int) -> Json:
    return {
        "location": LOCATION,
        "properties": {
            "osType": "Linux",
            "osState": "Generalized",
            "hyperVGeneration": "V2",
            "identifier": {"publisher": "Kiln", "offer": "load", "sku": f"image-{number}"},
        },
    }


@contextmanager
def running(
    folder: Path,
    cloud_options: Sequence[str] = (),
    settings: Mapping[str, str] | None = None,
    *,
    storage_log: bool = False,
) -> Iterator[Stack]:
    """Everything in `folder`, on free ports; stopped at the end, whatever happens.

    `cloud_options` are the local cloud's own, `settings` environment variables of the app. With `storage_log`
    Azurite writes a line for every request.
    """
    azurite.install(current_home())
    home = Home(folder)
    home.create()
    home.npm.symlink_to(current_home().npm.resolve())
    write_json(home.ports, dict(zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)))

    def cloud(of: Home, ports: dict[str, int]) -> Part:
        part = cloud_part(of, ports)
        return replace(part, command=[*part.command, "--guest", "none", *cloud_options])

    def functions(of: Home, ports: dict[str, int], access: CloudAccess, bus: str) -> Part:
        part = functions_part(of, ports, access, bus)
        return replace(part, environment={**part.environment, **(settings or {})})

    def storage(of: Home, ports: dict[str, int]) -> Part:
        part = azurite_part(of, ports)
        command = [word for word in part.command if not (storage_log and word == "--silent")]
        return replace(part, command=command)

    with ExitStack() as stack:
        stack.enter_context(patch.object(supervisor, "azurite_part", storage))
        stack.enter_context(patch.object(supervisor, "cloud_part", cloud))
        stack.enter_context(patch.object(supervisor, "functions_part", functions))
        stack.callback(supervisor.take_down, home)
        yield Stack(home, supervisor.bring_up(home))
