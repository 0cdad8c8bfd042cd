"""A local cloud in a process of its own, Azurite beside it, and the real Azure clients pointed at both."""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from azure.identity import ManagedIdentityCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.deployments import DeploymentsMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, generate_blob_sas

REPOSITORY = Path(__file__).parents[3]
SCOPES = ["https://management.azure.com/.default"]
ACCOUNT = "devstoreaccount1"
# Azurite's published development key.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
TINY = {"publisher": "Kiln", "offer": "tiny", "sku": "tiny-gen2", "version": "latest"}
METADATA_IMAGE = {"publisher": "Debian", "offer": "debian-12", "sku": "12-gen2", "version": "latest"}
WINDOWS = {
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2022-datacenter-g2",
    "version": "latest",
}


@dataclass
class LocalCloud:
    """`python -m local.cloud` on one data folder; may be killed and started again on the same ports."""

    data: Path
    options: tuple[str, ...] = ()
    storage: str = "UseDevelopmentStorage=true"
    process: subprocess.Popen[str] | None = None
    ready: dict[str, str] | None = None

    def start(self) -> LocalCloud:
        ports = ["--port", "0", "--http-port", "0"]
        if self.ready:
            arm, identity = httpx.URL(self.ready["arm"]), httpx.URL(self.ready["identity"])
            ports = ["--port", str(arm.port), "--http-port", str(identity.port)]
        command = [
            sys.executable,
            "-m",
            "local.cloud",
            *ports,
            "--data",
            str(self.data),
            "--storage",
            self.storage,
        ]
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "log").open("a") as log:
            self.process = subprocess.Popen(
                [*command, *self.options], cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=log, text=True
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, (self.data / "log").read_text()
        self.ready = json.loads(line)
        return self

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ends it gracefully; its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        assert self.process
        assert self.process.stdout
        self.process.send_signal(number)
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process = None
        return code

    @property
    def address(self) -> dict[str, str]:
        assert self.ready
        return self.ready

    @property
    def subscription(self) -> str:
        return self.address["subscriptionId"]

    def environment(self) -> dict[str, str]:
        """What azure-identity reads."""
        return {
            "IDENTITY_ENDPOINT": self.address["identity"],
            "IDENTITY_HEADER": self.address["identityHeader"],
        }

    def http(self) -> httpx.Client:
        import ssl

        context = ssl.create_default_context(cafile=self.address["ca"])
        return httpx.Client(base_url=self.address["arm"], verify=context, timeout=30)

    def issue_token(self, resource: str = "https://management.azure.com") -> str:
        """A managed identity token, asked for without the SDK."""
        answer = httpx.get(
            self.address["identity"],
            params={"resource": resource, "api-version": "2019-08-01"},
            headers={"X-IDENTITY-HEADER": self.address["identityHeader"]},
        )
        return str(answer.json()["access_token"])

    def add_fault(self, **fault: object) -> str:
        """The fault's id."""
        with self.http() as http:
            answer = http.post("/_local/faults", json=fault).raise_for_status()
        return str(answer.json()["id"])

    def find_fault(self, fault: str) -> dict[str, Any]:
        with self.http() as http:
            rows = http.get("/_local/faults").json()["value"]
        found: dict[str, Any] = next(row for row in rows if row["id"] == fault)
        return found

    def remove_fault(self, fault: str) -> None:
        with self.http() as http:
            http.delete(f"/_local/faults/{fault}").raise_for_status()

    def clear_faults(self) -> None:
        with self.http() as http:
            http.delete("/_local/faults").raise_for_status()


class Clients:
    """The SDK's clients; `get`, `put` … speak ARM directly where the SDK would hide what is looked at."""

    def __init__(self, cloud: LocalCloud, **options: Any) -> None:
        self.cloud = cloud
        with patch.dict(os.environ, cloud.environment()):
            self.credential = ManagedIdentityCredential()
            # MSAL reads the environment at the first request; the token is cached from then on.
            self.credential.get_token(*SCOPES)
        self._options = {
            "base_url": cloud.address["arm"],
            "credential_scopes": SCOPES,
            "connection_verify": cloud.address["bundle"],
            **options,
        }

    @cached_property
    def compute(self) -> ComputeManagementClient:
        return ComputeManagementClient(self.credential, self.cloud.subscription, **self._options)

    @cached_property
    def network(self) -> NetworkManagementClient:
        return NetworkManagementClient(self.credential, self.cloud.subscription, **self._options)

    @cached_property
    def resources(self) -> ResourceManagementClient:
        return ResourceManagementClient(self.credential, self.cloud.subscription, **self._options)

    @cached_property
    def deployments(self) -> DeploymentsMgmtClient:
        return DeploymentsMgmtClient(self.credential, self.cloud.subscription, **self._options)

    def close(self) -> None:
        """Closes the clients, and collects the sockets that the SDK leaves behind when a server vanishes."""
        self._close_clients()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    def _close_clients(self) -> None:
        for name in ("compute", "network", "resources", "deployments"):
            if name in self.__dict__:
                self.__dict__[name].close()
        self.credential.close()

    @cached_property
    def token(self) -> str:
        return self.cloud.issue_token()

    def arm(
        self, method: str, path: str, body: object = None, api_version: str = "2025-04-01"
    ) -> httpx.Response:
        """One request as it is; `path` begins after the subscription."""
        separator = "&" if "?" in path else "?"
        with self.cloud.http() as http:
            return http.request(
                method,
                f"/subscriptions/{self.cloud.subscription}{path}{separator}api-version={api_version}",
                json=body,
                headers={"Authorization": f"Bearer {self.token}"},
            )


def machine_body(
    interface_id: str, image: dict[str, str] | None = None, **properties: object
) -> dict[str, Any]:
    """A virtual machine, of the tiny image unless another one is given."""
    return {
        "location": "westeurope",
        "tags": {"kiln-run": "r1"},
        "properties": {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {
                "imageReference": dict(image or TINY),
                "osDisk": {"createOption": "FromImage", "deleteOption": "Delete"},
            },
            "osProfile": {"computerName": "vm1", "adminUsername": "kiln", "adminPassword": "Not-A-Secret-1"},
            "networkProfile": {
                "networkInterfaces": [{"id": interface_id, "properties": {"deleteOption": "Delete"}}]
            },
            **properties,
        },
    }


def script_body(script: str, location: str = "westeurope", **properties: object) -> dict[str, Any]:
    return {"location": location, "properties": {"source": {"script": script}, **properties}}


def image_definition(sku: str = "tiny", **properties: object) -> dict[str, Any]:
    """A gallery definition: Linux, generalized, generation 2, unless told otherwise."""
    facts = {
        "osType": "Linux",
        "osState": "Generalized",
        "hyperVGeneration": "V2",
        "identifier": {"publisher": "kiln", "offer": "test", "sku": sku},
    }
    return {"location": "westeurope", "properties": {**facts, **properties}}


def make_network(clients: Clients, group: str, location: str = "westeurope") -> str:
    """A resource group with a network, a subnet and an interface; the interface's id."""
    clients.resources.resource_groups.create_or_update(
        group, {"location": location, "tags": {"kiln-run": "r1"}}
    )
    network = clients.network
    security = network.network_security_groups.begin_create_or_update(
        group, "nsg", {"location": location}
    ).result()
    subnet = {
        "name": "build",
        "properties": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": {"id": security.id}},
    }
    body = {
        "location": location,
        "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [subnet]},
    }
    made = network.virtual_networks.begin_create_or_update(group, "vnet", body).result()
    return make_interface(clients, group, made.subnets[0].id, "nic", location)


def make_interface(clients: Clients, group: str, subnet: str, name: str, location: str = "westeurope") -> str:
    configuration = {"name": "ip", "properties": {"subnet": {"id": subnet}}}
    body = {"location": location, "properties": {"ipConfigurations": [configuration]}}
    made = clients.network.network_interfaces.begin_create_or_update(group, name, body).result()
    return str(made.id)


@dataclass
class Azurite:
    """The blob service of Azurite on a free port."""

    connection_string: str

    def append_blob_url(self, container: str, name: str) -> str:
        """A SAS URL that a run command may create and append to."""
        with self.service() as service:
            if not (client := service.get_container_client(container)).exists():
                client.create_container()
            url = client.get_blob_client(name).url
        token = generate_blob_sas(
            ACCOUNT,
            container,
            name,
            account_key=ACCOUNT_KEY,
            permission=BlobSasPermissions(read=True, add=True, create=True, write=True),
            expiry=datetime.now(UTC) + timedelta(hours=1),
        )
        return f"{url}?{token}"

    def service(self) -> BlobServiceClient:
        return BlobServiceClient.from_connection_string(self.connection_string)


def read_blob(url: str) -> bytes:
    with BlobClient.from_blob_url(url) as blob:
        return blob.download_blob().readall()


def find_azurite() -> str | None:
    own = REPOSITORY / ".kiln/npm/node_modules/.bin/azurite-blob"
    return str(own) if own.exists() else shutil.which("azurite-blob")


@contextmanager
def running_azurite(folder: Path, program: str) -> Iterator[Azurite]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = ["--silent", "--skipApiVersionCheck", "--disableProductStyleUrl", "--disableTelemetry"]
    command = [program, "--blobPort", str(port), "--location", str(folder), *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(port, process)
        endpoint = f"BlobEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        yield Azurite(
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};{endpoint}"
        )
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # Azurite says nothing when it is ready
        else:
            return
    raise RuntimeError(f"Azurite did not listen on port {port}")
