"""The types of a namespace that another service serves, as far as deleting a resource group needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import parse_qsl, urlsplit

from local.cloud.arm_ids import ArmId, parse_path
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError
from local.cloud.forwarding import Forwarding
from local.cloud.requests import Answer, ArmRequest
from local.cloud.resource_type import ResourceType, TypeLookup
from local.cloud.tracking import GONE

# Resource Manager asks a provider that is away again and again, and so does a cloud that starts before it.
PATIENCE_SECONDS, PAUSE_SECONDS = 900.0, 1.0


class ForwardedResources(ResourceType):
    """Requests of clients never come here: they go on to the provider."""

    name: ClassVar[str] = ""

    def __init__(
        self, cloud: Cloud, types: TypeLookup, forwarding: Forwarding, claims: Mapping[str, object]
    ) -> None:
        super().__init__(cloud, types)
        self._forwarding = forwarding
        self._claims = claims

    async def remove(self, resource_id: ArmId) -> None:
        """Has the provider delete it, and waits for that. Raises ArmError with the provider's refusal."""
        version = str(self.cloud.store.get(resource_id).internal["apiVersion"])
        answer = await self._ask("DELETE", str(resource_id), {"api-version": version})
        while _goes_on(answer):
            await asyncio.sleep(float(answer.headers.get("Retry-After", PAUSE_SECONDS)))
            answer = await self._ask("GET", *_followed(answer))
        if answer.status not in GONE:
            raise _refused(answer)

    async def _ask(self, method: str, path: str, query: Mapping[str, str]) -> Answer:
        request = ArmRequest(method, path, parse_path(path), query, {})
        for _ in range(int(PATIENCE_SECONDS / PAUSE_SECONDS)):
            try:
                answer = await self._forwarding.send(request, self._claims)
            except ArmError:
                answer = Answer(HTTPStatus.SERVICE_UNAVAILABLE)
            if answer.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        return answer


def _followed(answer: Answer) -> tuple[str, dict[str, str]]:
    """Path and query of where the provider tells how it goes."""
    url = urlsplit(answer.headers["Location"])
    return url.path, {name.lower(): value for name, value in parse_qsl(url.query)}


def _goes_on(answer: Answer) -> bool:
    return answer.status == HTTPStatus.ACCEPTED and "Location" in answer.headers


def _refused(answer: Answer) -> ArmError:
    body = answer.body if isinstance(answer.body, dict) else {}
    error = body.get("error", body)
    code, message = error.get("code", "InternalServerError"), error.get("message", "The provider failed.")
    return ArmError(answer.status, str(code), str(message))
