"""A few PUTs against Azure Resource Manager, for what the demo needs before a build.

Plain HTTP with a token of the managed identity endpoint: the Azure SDKs' management clients belong to the
product (shared.azure) alone.
"""

import ssl
import time
from typing import Self, cast

import httpx

from cli.errors import CommandError, UnreachableError
from cli.json_types import Json, child, text
from cli.local.environment import CloudAccess

AUDIENCE = "https://management.azure.com/"
IDENTITY_API_VERSION = "2019-08-01"
POLL_SECONDS = 0.05
WAIT_SECONDS = 60.0


class ArmError(CommandError):
    """Exit 1: ARM refused a request, or its operation failed."""

    code = "ArmRequestFailed"


class Arm:
    """ARM as the local cloud serves it; TLS is verified against the cloud's own certificate authority."""

    def __init__(self, cloud: CloudAccess, transport: httpx.BaseTransport | None = None) -> None:
        self._cloud = cloud
        self._http = httpx.Client(
            base_url=cloud.arm,
            verify=True if transport else ssl.create_default_context(cafile=cloud.ca),
            transport=transport,
            trust_env=False,
        )

    def __enter__(self) -> Self:
        self._http.headers["Authorization"] = f"Bearer {self._token()}"
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def put(self, path: str, api_version: str, body: Json) -> Json:
        """Creates or updates the resource at `path` below the subscription; waits until it is provisioned."""
        url = f"/subscriptions/{self._cloud.subscription_id}{path}?api-version={api_version}"
        resource = self._send("PUT", url, body)
        deadline = time.monotonic() + WAIT_SECONDS
        while (state := text(child(resource, "properties"), "provisioningState")) != "Succeeded":
            if state in {"Failed", "Canceled"} or time.monotonic() > deadline:
                raise ArmError(f"{path} is {state or 'without a state'} instead of Succeeded")
            time.sleep(POLL_SECONDS)
            resource = self._send("GET", url)
        return resource

    def _token(self) -> str:
        query = {"resource": AUDIENCE, "api-version": IDENTITY_API_VERSION}
        headers = {"X-IDENTITY-HEADER": self._cloud.identity_header}
        request = self._http.build_request("GET", self._cloud.identity, params=query, headers=headers)
        return text(self._answer(request), "access_token")

    def _send(self, method: str, url: str, body: Json | None = None) -> Json:
        return self._answer(self._http.build_request(method, url, json=body))

    def _answer(self, request: httpx.Request) -> Json:
        try:
            answer = self._http.send(request)
        except httpx.TransportError as error:
            raise UnreachableError(f"the local cloud cannot be reached at {request.url}: {error}") from error
        if answer.is_error:
            raise ArmError(f"{request.method} {request.url.path}: HTTP {answer.status_code}: {answer.text}")
        return cast("Json", answer.json())
