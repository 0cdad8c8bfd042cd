"""Kiln itself: from the request to a fixed VHD in blob storage, through its API, all parts running."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.peers import work
from benchmarks.peers.peer import CannotError, Facts
from benchmarks.peers.tools import BUILD_SECONDS
from cli.api import KilnApi
from cli.json_types import Json
from cli.local.blobs import download_sparse, publish
from cli.local.demo_scene import set_scene
from cli.local.environment import LOCATION, RESOURCE_GROUP
from cli.local.home import Home, current_home
from cli.local.setup import prepare
from cli.local.supervisor import Local, bring_up, take_down
from cli.models import Run

LOOK_SECONDS = 0.1
SOURCE: Json = {
    "type": "PlatformImage",
    "publisher": "Debian",
    "offer": "debian-12",
    "sku": "12-gen2",
    "version": "latest",
}
VHD: Json = {"type": "VHD", "runOutputName": "vhd"}
TEN_REGIONS = (
    *("westeurope", "northeurope", "germanywestcentral", "francecentral", "uksouth"),
    *("eastus", "eastus2", "westus2", "southeastasia", "australiaeast"),
)


class Kiln:
    name = "Kiln"

    def __init__(self) -> None:
        self._home = Home(Path())
        self._local: Local | None = None
        self._results: dict[int, str] = {}

    def install(self, _programs: Path) -> Facts:
        prepare(current_home())
        return Facts("this checkout")

    def begin(self, folder: Path) -> None:
        """The parts are started, as other builders' programs are there too."""
        self.close()
        self._home = Home(folder)
        self._home.create()
        self._home.npm.symlink_to(current_home().npm)
        self._local = bring_up(self._home)
        set_scene(self._local)

    def close(self) -> None:
        if self._local:
            self._local = None
            take_down(self._home)

    def build(self, line: str, slot: int = 0) -> None:
        run = self._run(line, slot, [VHD])
        self._results[slot] = run.outputs[0].uri

    def result(self, slot: int = 0) -> Path:
        """Downloads the VHD's pages."""
        target = self._home.root / f"result-{slot}.vhd"
        target.unlink(missing_ok=True)
        download_sparse(self.local.endpoints.storage, self._results[slot], target)
        return target

    def build_for_regions(self, line: str) -> None:
        values = set_scene(self.local)
        gallery = f"resourceGroups/{RESOURCE_GROUP}/providers/Microsoft.Compute/galleries"
        image = f"{gallery}/{values['imageGalleryName']}/images/{values['imageDefName']}"
        self._run(
            line,
            0,
            [
                {
                    "type": "SharedImage",
                    "runOutputName": "gallery",
                    "galleryImageId": f"/subscriptions/{values['subscriptionID']}/{image}",
                    "targetRegions": [{"name": region} for region in TEN_REGIONS],
                }
            ],
        )

    def base_disk(self) -> Path:
        """The finished disk of the base alone, for builders that change one."""
        found = sorted(self._home.guest.glob("layers/*.30"))
        if not found:
            raise CannotError("Kiln has made no base disk in this run")
        return found[0]

    @property
    def local(self) -> Local:
        if self._local is None:
            raise CannotError("Kiln's parts do not run")
        return self._local

    def _run(self, line: str, slot: int, outputs: list[Json]) -> Run:
        """One build, to its end."""
        with self._api() as api:
            run = api.start_build(f"peers-{slot}", RESOURCE_GROUP, self._template(line, outputs))
            deadline = time.monotonic() + BUILD_SECONDS
            while not run.is_final and time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
                run = api.run(run.id)
        if run.state != "Succeeded":
            raise CannotError(f"run {run.id} ended {run.state}: {run.error}")
        return run

    @contextmanager
    def _api(self) -> Iterator[KilnApi]:
        with KilnApi(self.local.endpoints.functions) as api:
            yield api

    def _template(self, line: str, outputs: list[Json]) -> Json:
        install = "DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends nginx"
        files = self._home.root / "files"
        files.mkdir(exist_ok=True)
        (files / "index.html").write_text(work.PAGE)
        address = publish(self.local.endpoints.storage, "peers", files)
        page = {"sourceUri": f"{address}/index.html", "destination": "/tmp/index.html"}
        last = [f"mv /tmp/index.html {work.PAGE_PATH}", f"echo '{line}' > {work.LINE_PATH}"]
        return {
            "location": LOCATION,
            "properties": {
                "source": SOURCE,
                "customize": [
                    {"type": "Shell", "name": "nginx", "inline": [f"sudo {install}"]},
                    {"type": "File", "name": "page", **page},
                    {"type": "Shell", "name": "last", "inline": [f'sudo sh -c "{"; ".join(last)}"']},
                ],
                "distribute": outputs,
            },
        }
