"""Tokens of the app's managed identity, from the endpoint that Azure gives an app.

Source: "How to use managed identities for App Service", REST endpoint reference, API version 2019-08-01.
"""

import time
from collections.abc import Mapping
from typing import cast

import httpx

_API_VERSION = "2019-08-01"
_RENEW_BEFORE_SECONDS = 300.0


class IdentityError(Exception):
    """There is no managed identity, or it has no token for the resource."""


class ManagedIdentity:
    """Asks IDENTITY_ENDPOINT with IDENTITY_HEADER; keeps a token until shortly before it expires."""

    def __init__(self, settings: Mapping[str, str], client: httpx.AsyncClient) -> None:
        self._endpoint = settings.get("IDENTITY_ENDPOINT", "")
        self._secret = settings.get("IDENTITY_HEADER", "")
        self._client = client
        self._tokens: dict[str, tuple[str, float]] = {}

    async def token(self, resource: str) -> str:
        """Raises IdentityError."""
        resource = resource.removesuffix("/.default")
        known, expires = self._tokens.get(resource, ("", 0.0))
        if expires - _RENEW_BEFORE_SECONDS < time.time():
            known, expires = await self._fetch(resource)
            self._tokens[resource] = known, expires
        return known

    async def _fetch(self, resource: str) -> tuple[str, float]:
        if not self._endpoint:
            raise IdentityError("the app has no managed identity: IDENTITY_ENDPOINT is not set")
        try:
            response = await self._client.get(
                self._endpoint,
                params={"resource": resource, "api-version": _API_VERSION},
                headers={"X-IDENTITY-HEADER": self._secret},
            )
            response.raise_for_status()
            answer = cast("dict[str, str]", response.json())
            return answer["access_token"], float(answer["expires_on"])
        except httpx.HTTPStatusError as error:
            raise IdentityError(f"no token for '{resource}': HTTP {error.response.status_code}") from error
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise IdentityError(f"no token for '{resource}': {type(error).__name__}") from error
