"""One local Kiln behind the local cloud's ARM, and AIB's own clients pointed at it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import httpx
from azure.core.credentials import AccessToken
from azure.mgmt.imagebuilder import ImageBuilderClient
from azure.mgmt.imagebuilder.aio import ImageBuilderClient as AsyncImageBuilderClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.e2e.stack import Stack, Token

SCOPES = ["https://management.azure.com/.default"]
PROVIDER = "providers/Microsoft.VirtualMachineImages"
SOURCE = {
    "type": "PlatformImage",
    "publisher": "Kiln",
    "offer": "tiny",
    "sku": "tiny-gen2",
    "version": "latest",
}


class AsyncToken:
    """The same token for clients that await it."""

    def __init__(self, token: Token) -> None:
        self._token = token

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        return self._token.get_token(*scopes, **options)

    async def close(self) -> None:
        return None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


@dataclass
class Kiln:
    """A running Kiln; `arm` speaks ARM directly where a client would hide what is looked at."""

    stack: Stack

    @property
    def subscription(self) -> str:
        return self.stack.local.cloud.subscription_id

    @cached_property
    def token(self) -> Token:
        cloud = self.stack.local.cloud
        query = {"resource": "https://management.azure.com/", "api-version": "2019-08-01"}
        headers = {"X-IDENTITY-HEADER": cloud.identity_header}
        answer = httpx.get(cloud.identity, params=query, headers=headers, trust_env=False)
        return Token(answer.json()["access_token"])

    @cached_property
    def _options(self) -> dict[str, Any]:
        cloud = self.stack.local.cloud
        return {"base_url": cloud.arm, "credential_scopes": SCOPES, "connection_verify": cloud.ca}

    def client(self) -> ImageBuilderClient:
        return ImageBuilderClient(self.token, self.subscription, **self._options)

    def async_client(self) -> AsyncImageBuilderClient:
        return AsyncImageBuilderClient(AsyncToken(self.token), self.subscription, **self._options)

    def resources(self) -> ResourceManagementClient:
        return ResourceManagementClient(self.token, self.subscription, **self._options)

    def make_group(self, name: str) -> str:
        with self.resources() as client:
            client.resource_groups.create_or_update(name, {"location": "westeurope"})
        return name

    def identity(self, group: str) -> dict[str, Any]:
        kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
        path = f"/subscriptions/{self.subscription}/resourceGroups/{group}/providers/{kind}/builder"
        return {"type": "UserAssigned", "userAssignedIdentities": {path: {}}}

    def template(self, group: str, **properties: Any) -> dict[str, Any]:
        """A template that publishes a VHD of the small base image."""
        own = {"source": SOURCE, "customize": [], "distribute": [{"type": "VHD", "runOutputName": "vhd"}]}
        return {
            "location": "westeurope",
            "identity": self.identity(group),
            "properties": {**own, **properties},
        }

    def arm(
        self,
        method: str,
        path: str,
        body: object = None,
        api_version: str = "2025-10-01",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        """One request through ARM; `path` begins behind `imageTemplates` of a group: `group/name/…`."""
        group, _, rest = path.partition("/")
        url = f"/subscriptions/{self.subscription}/resourceGroups/{group}/{PROVIDER}/imageTemplates"
        return self.request(method, f"{url}/{rest}" if rest else url, body, api_version, headers)

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        api_version: str = "2025-10-01",
        headers: dict[str, str] | None = None,
    ) -> httpx.Response:
        cloud = self.stack.local.cloud
        context = ssl.create_default_context(cafile=cloud.ca)
        with httpx.Client(base_url=cloud.arm, verify=context, timeout=60, trust_env=False) as http:
            return http.request(
                method,
                path,
                params={"api-version": api_version} if api_version else {},
                json=body,
                headers={"Authorization": f"Bearer {self.token.value}", **(headers or {})},
            )

    def follow(self, answer: httpx.Response) -> dict[str, Any]:
        """Polls an answer's operation to its end; the operation's document."""
        url = httpx.URL(answer.headers["Azure-AsyncOperation"])
        return self._until(lambda: dict(self.request("GET", url.path).json()), "status", {"InProgress"})

    def run_status(self, path: str) -> dict[str, Any]:
        """The template's lastRunStatus, once its run has ended."""

        def status() -> dict[str, Any]:
            return dict(self.arm("GET", path).json()["properties"]["lastRunStatus"])

        return self._until(status, "runState", {"Running", "Canceling"})

    def _until(self, look: Callable[[], dict[str, Any]], field: str, going_on: set[str]) -> dict[str, Any]:
        """What `look` saw when `field` had left the states that go on; bounded in looks."""
        for _ in range(2000):
            seen = look()
            if seen[field] not in going_on:
                return seen
        raise AssertionError(f"did not end: {seen}")

    def create(self, path: str, body: dict[str, Any], api_version: str = "2025-10-01") -> dict[str, Any]:
        """A template that is Succeeded."""
        answer = self.arm("PUT", path, body, api_version)
        assert answer.status_code == 201, answer.text
        assert self.follow(answer)["status"] == "Succeeded", answer.text
        return dict(self.arm("GET", path, api_version=api_version).json())


def error_code(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])
