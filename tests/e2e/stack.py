"""One local Kiln for tests: its parts, its API, and what is left in its cloud."""

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
from azure.core.credentials import AccessToken
from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources import ResourceManagementClient

from cli.local import processes
from cli.local.arm import Arm
from cli.local.blobs import download_sparse
from cli.local.demo_scene import set_scene
from cli.local.files import write_json
from cli.local.home import Home
from cli.local.ports import DEFAULT_PORTS, free_ports
from cli.local.supervisor import Local, bring_up, take_down

ENDED = {"Succeeded", "PartiallySucceeded", "Failed", "Canceled"}
SLOWEST_SECONDS = 150.0


@dataclass(frozen=True)
class Token:
    """A credential that always gives one token."""

    value: str

    def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(self.value, int(time.time()) + 3600)


@dataclass
class Stack:
    """The parts under `home`; `local` says where they are."""

    home: Home
    local: Local

    @classmethod
    def start(cls, root: Path) -> "Stack":
        home = Home(root)
        # The well-known ports are free for all: another stack that starts now would see them free too.
        write_json(home.ports, dict(zip(DEFAULT_PORTS, free_ports(len(DEFAULT_PORTS)), strict=True)))
        return cls(home, bring_up(home))

    def stop(self) -> None:
        take_down(self.home)

    def kill(self) -> None:
        """SIGKILL for the Functions host, its workers, the cloud and its scripts; storage is not Kiln's."""
        victims = []
        for name in ("functions", "cloud"):
            running = processes.find(self.home, name)
            if running is not None:
                process = psutil.Process(running.pid)
                victims += [process, *process.children(recursive=True)]
        for process in victims:
            if process.is_running():
                os.kill(process.pid, signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)

    def start_again(self) -> None:
        self.local = bring_up(self.home)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        url = f"{self.local.endpoints.functions}/api{path}"
        return httpx.request(method, url, timeout=30, trust_env=False, **options)

    def build(self, template: dict[str, Any], name: str = "tiny") -> str:
        """Starts a build; returns its run id."""
        response = self.call("POST", "/builds", json={"name": name, "template": template})
        assert response.status_code == 202, response.text
        return str(response.json()["id"])

    def run(self, run_id: str) -> dict[str, Any]:
        return dict(self.call("GET", f"/builds/{run_id}").json())

    def follow(self, run_id: str) -> Iterator[dict[str, Any]]:
        """The run, again and again, until it has ended; bounded in time."""
        deadline = time.monotonic() + SLOWEST_SECONDS
        while time.monotonic() < deadline:
            run = self.run(run_id)
            yield run
            if run["state"] in ENDED:
                return
            time.sleep(0.02)  # between two looks; what is waited for is the run's own state
        raise AssertionError(f"{run_id} did not end: {run}")

    def finish(self, run_id: str) -> dict[str, Any]:
        *_, run = self.follow(run_id)
        return run

    def log(self, run_id: str) -> str:
        return self.call("GET", f"/builds/{run_id}/logs").text

    def left_over(self, run_id: str) -> list[str]:
        """Ids of everything in the cloud that is tagged with the run."""
        wanted = f"tagName eq 'kiln-run' and tagValue eq '{run_id}'"
        with self._resources() as client:
            groups = [group.id for group in client.resource_groups.list(filter=wanted)]
            return [
                str(id_) for id_ in [*groups, *(item.id for item in client.resources.list(filter=wanted))]
            ]

    def versions(self, definition: str) -> list[str]:
        """Names of the gallery versions below a definition's id."""
        with self._resources() as client:
            found = client.resources.list(
                filter="resourceType eq 'Microsoft.Compute/galleries/images/versions'"
            )
            return [str(item.id).rpartition("/")[2] for item in found if definition in str(item.id)]

    def _resources(self) -> ResourceManagementClient:
        cloud = self.local.cloud
        query = {"resource": "https://management.azure.com/", "api-version": "2019-08-01"}
        headers = {"X-IDENTITY-HEADER": cloud.identity_header}
        answer = httpx.get(cloud.identity, params=query, headers=headers, trust_env=False)
        return ResourceManagementClient(
            Token(answer.json()["access_token"]),
            cloud.subscription_id,
            base_url=cloud.arm,
            credential_scopes=["https://management.azure.com/.default"],
            connection_verify=cloud.ca,
        )

    def download(self, uri: str, target: Path) -> Path:
        download_sparse(self.local.endpoints.storage, uri, target)
        return target

    def arm(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request to the cloud; `path` begins behind its address."""
        with self._resources() as client:
            answer = client.send_request(HttpRequest(method, path, json=body))
            answer.raise_for_status()
            return dict(answer.json()) if answer.content else {}

    def fault(self, match: str, **fault: Any) -> None:
        """Switches on a fault of the cloud (local/cloud/faults.py)."""
        self.arm("POST", "/_local/faults", {"match": match, **fault})

    def put(self, path: str, api_version: str, body: dict[str, Any]) -> None:
        """Puts a resource; `path` is below the subscription."""
        with Arm(self.local.cloud) as arm:
            arm.put(path, api_version, body)

    def secret(self, vault: str, name: str, value: str) -> str:
        """The URI of a Key Vault secret with that value."""
        self.definition()  # makes the resource group
        path = f"/resourceGroups/kiln/providers/Microsoft.KeyVault/vaults/{vault}"
        properties = {"tenantId": self.local.cloud.tenant_id, "sku": {"family": "A", "name": "standard"}}
        self.put(path, "2023-07-01", {"location": "westeurope", "properties": properties})
        secret = f"/subscriptions/{self.local.endpoints.subscriptionId}{path}/secrets/{name}"
        request = HttpRequest(
            "PUT", f"{secret}?api-version=2023-07-01", json={"properties": {"value": value}}
        )
        with self._resources() as client:
            answer = client.send_request(request)
        answer.raise_for_status()
        return str(answer.json()["properties"]["secretUri"])

    def resource(self, resource_id: str, api_version: str) -> dict[str, Any]:
        """A resource's properties, as ARM has them now."""
        with self._resources() as client:
            found = client.resources.get_by_id(resource_id, api_version=api_version)
            return dict(found.properties or {})

    def disk_of(self, version_id: str | None, group: str = "kiln") -> str:
        """The id of a disk made from a gallery version, or of an empty one."""
        creation: dict[str, Any] = {"createOption": "Empty"}
        if version_id is not None:
            creation = {"createOption": "FromImage", "galleryImageReference": {"id": version_id}}
        properties = {"creationData": creation, **({} if version_id else {"diskSizeGB": 1})}
        path = f"/resourceGroups/{group}/providers/Microsoft.Compute/disks/base"
        self.put(path, "2025-01-02", {"location": "westeurope", "properties": properties})
        return f"/subscriptions/{self.local.endpoints.subscriptionId}{path}"

    def snapshot_of(self, disk_id: str) -> str:
        """The id of a snapshot of a disk."""
        creation = {"createOption": "Copy", "sourceResourceId": disk_id}
        path = "/resourceGroups/kiln/providers/Microsoft.Compute/snapshots/base"
        body = {"location": "westeurope", "properties": {"creationData": creation}}
        self.put(path, "2025-01-02", body)
        return f"/subscriptions/{self.local.endpoints.subscriptionId}{path}"

    def tags_of_group(self, name: str) -> dict[str, str]:
        with self._resources() as client:
            return dict(client.resource_groups.get(name).tags or {})

    def specialized_definition(self) -> str:
        """The id of an image definition for specialized images; made on first use."""
        definition = self.definition().rpartition("/")[0] + "/specialized"
        properties = {
            "osType": "Linux",
            "osState": "Specialized",
            "hyperVGeneration": "V2",
            "identifier": {"publisher": "Kiln", "offer": "tests", "sku": "specialized"},
        }
        path = "/resourceGroups/" + definition.partition("/resourceGroups/")[2]
        self.put(path, "2025-03-03", {"location": "westeurope", "properties": properties})
        return definition

    def definition(self) -> str:
        """The id of an image definition to publish to; made on first use."""
        values = set_scene(self.local)
        return (
            f"/subscriptions/{values['subscriptionID']}/resourceGroups/{values['rgName']}/providers"
            f"/Microsoft.Compute/galleries/{values['imageGalleryName']}/images/{values['imageDefName']}"
        )


def tiny(customize: list[dict[str, Any]], *distribute: dict[str, Any]) -> dict[str, Any]:
    """A template of the small base image."""
    source = {
        "type": "PlatformImage",
        "publisher": "Kiln",
        "offer": "tiny",
        "sku": "tiny-gen2",
        "version": "latest",
    }
    outputs = list(distribute) or [{"type": "VHD", "runOutputName": "vhd"}]
    return {
        "location": "westeurope",
        "properties": {"source": source, "customize": customize, "distribute": outputs},
    }


def shell(name: str, *lines: str) -> dict[str, Any]:
    return {"type": "Shell", "name": name, "inline": list(lines)}
