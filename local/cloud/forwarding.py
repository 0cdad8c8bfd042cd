"""Namespaces that another service serves: requests go on to it as Azure Resource Manager sends them.

Resource Manager has authenticated the caller; the provider learns who it is from `x-ms-client-*` headers and
the address that was called from `Referer`, and makes its own links (operations, next pages) lead there. The
caller's own token never goes on. Source: Azure's resource provider contract, "Proxied request headers".
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

import httpx

from local.cloud import guards
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.operations import Operations
from local.cloud.readings import Reading
from local.cloud.requests import Answer, ArmRequest
from local.cloud.settings import CloudSettings
from local.cloud.store import Store
from local.cloud.tracking import Tracking

log = logging.getLogger(__name__)

# The key that the provider asks for, a Function App's for example; in the environment, where no list of
# processes shows it.
KEY_VARIABLE = "FORWARD_KEY"
TIMEOUT_SECONDS = 120.0
REGISTRATION = ("", "register", "unregister")
WRITES = ("PUT", "PATCH", "DELETE")
PASSED_ON = ("accept", "content-type", "if-match", "if-none-match", "user-agent", "x-ms-client-request-id")
PASSED_BACK = (
    "azure-asyncoperation",
    "etag",
    "location",
    "retry-after",
    "x-ms-retry-after-ms",
    "www-authenticate",
)


@dataclass(frozen=True)
class Provider:
    """A namespace and the base URL of who serves it, to which the path of a request is added."""

    namespace: str
    url: str


class Forwarding:
    """`providers` are found by their namespace in lower case."""

    def __init__(
        self,
        settings: CloudSettings,
        store: Store,
        operations: Operations,
        providers: Mapping[str, Provider],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._operations = operations
        self._tracking = Tracking(store, operations)
        self._providers = providers
        self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, transport=transport)
        self._key = os.environ.get(KEY_VARIABLE, "")

    def takes(self, request: ArmRequest) -> bool:
        """Whether the request is for a namespace that is served elsewhere."""
        target = request.target
        below = bool(target.types) or target.tail.lower() not in REGISTRATION
        return target.namespace.lower() in self._providers and below

    async def answer(self, request: ArmRequest, claims: Mapping[str, object]) -> Answer:
        """The provider's answer. Raises ArmError for a group that is not there or a silent provider."""
        target = request.target
        if not target.resource_group:
            return await self.send(request, claims)
        guards.check_group(self._store, target.id.group, writes=request.method == "PUT")
        if request.method not in WRITES or target.tail or not target.names:
            return await self.send(request, claims)
        # A group that is deleted meanwhile waits for its turn, and then knows what this has brought about.
        async with self._operations.turn(target.id):
            self._tracking.expect(request)
            answer = await self.send(request, claims)
            self._tracking.learn(request, answer)
        return answer

    async def send(self, request: ArmRequest, claims: Mapping[str, object]) -> Answer:
        """The provider's answer, whatever it means. Raises ArmError for a silent provider."""
        target = request.target
        base = self._providers[target.namespace.lower()].url
        # A path may hold any character; a header may not.
        path, query = quote(request.path), urlencode(request.query)
        try:
            response = await self._client.request(
                request.method,
                f"{base}{path}?{query}",
                headers=self._headers(request, claims, f"{path}?{query}"),
                content=request.raw_body,
            )
        except httpx.TransportError as error:
            log.warning("%s does not answer: %s", target.namespace, type(error).__name__)
            message = f"The resource provider '{target.namespace}' did not respond. Please try again later."
            raise ArmError(503, "ServiceUnavailable", message, headers={"Retry-After": "1"}) from error
        return Answer(response.status_code, _body(response), _headers_back(response))

    def _headers(self, request: ArmRequest, claims: Mapping[str, object], called: str) -> dict[str, str]:
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        # What a tool adds for the provider alone, such as Kiln's own switches.
        headers |= {name: value for name, value in request.headers.items() if name.startswith("x-kiln-")}
        headers["referer"] = f"{self._settings.arm}{called}"
        headers["x-ms-correlation-request-id"] = str(uuid.uuid4())
        headers |= _identity(claims)
        if self._key:
            headers["x-functions-key"] = self._key
        return headers

    def readings(self) -> list[Reading]:
        """What Resource Manager itself answers about a provider: that it is registered."""
        return [
            Reading(
                f"/subscriptions/{{subscription}}/providers/{provider.namespace}{tail}", self._show, method
            )
            for provider in self._providers.values()
            for tail, method in (("", "GET"), ("/register", "POST"))
        ]

    def _show(self, request: ArmRequest, names: Mapping[str, str]) -> Answer:
        namespace = self._providers[request.target.namespace.lower()].namespace
        document: Json = {
            "id": f"/subscriptions/{names['subscription']}/providers/{namespace}",
            "namespace": namespace,
            "registrationPolicy": "RegistrationRequired",
            "registrationState": "Registered",
            "resourceTypes": [],
        }
        return Answer(200, document)

    async def stop(self) -> None:
        await self._client.aclose()


def parse_forward(text: str) -> Provider:
    """`NAMESPACE=URL`. Raises ValueError for anything else."""
    namespace, _, url = text.partition("=")
    if not namespace or not url.startswith(("http://", "https://")):
        raise ValueError(f"{text!r} is not NAMESPACE=http(s)://…")
    return Provider(namespace, url.rstrip("/"))


def _identity(claims: Mapping[str, object]) -> dict[str, str]:
    """Claims of the caller's token under the names that Resource Manager gives them."""
    names = {
        "oid": "x-ms-client-object-id",
        "appid": "x-ms-client-app-id",
        "tid": "x-ms-client-tenant-id",
        "iss": "x-ms-client-issuer",
        "unique_name": "x-ms-client-principal-name",
        "sub": "x-ms-client-principal-id",
    }
    return {header: str(claims[claim]) for claim, header in names.items() if claim in claims}


def _body(response: httpx.Response) -> Json | None:
    if not response.content and not response.is_server_error:
        return None
    try:
        body = json.loads(response.content)
    except ValueError:
        message = f"The resource provider answered with HTTP {response.status_code} and no JSON."
        raise ArmError(502, "BadGateway", message) from None
    return body if isinstance(body, dict) else {"value": body}


def _headers_back(response: httpx.Response) -> dict[str, str]:
    spelled = {"azure-asyncoperation": "Azure-AsyncOperation", "etag": "ETag"}
    return {
        spelled.get(name, name.title()): response.headers[name]
        for name in PASSED_BACK
        if name in response.headers
    }
