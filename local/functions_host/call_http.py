"""`context.call_http`: one durable HTTP request, followed through 202 answers to its end."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias, cast
from urllib.parse import urljoin

import httpx

from .history import compact
from .managed_identity import IdentityError, ManagedIdentity
from .settings import Json

Remember: TypeAlias = Callable[[str], Awaitable[None]]


class UnsupportedCallError(Exception):
    """The request cannot be made here, or could not be made."""


class HttpCaller:
    """Makes the requests. An answer of any status is a result; no answer is a failure of the task.

    `poll_seconds`: the pause between polls where the answer has no Retry-After.
    """

    def __init__(self, settings: Mapping[str, str], poll_seconds: float) -> None:
        self._client = httpx.AsyncClient(timeout=100.0, follow_redirects=True)
        self._identity = ManagedIdentity(settings, self._client)
        self._poll_seconds = poll_seconds

    async def close(self) -> None:
        await self._client.aclose()

    async def call(self, request_json: str, remember: Remember) -> str:
        """`{"statusCode","headers","content"}` as JSON text.

        `remember` is told the poll that takes the request's place once it was accepted, so that a host that
        starts again polls and does not ask twice. Raises UnsupportedCallError.
        """
        request = cast("dict[str, Json]", json.loads(request_json))
        response = await self._send(request)
        follow = request.get("asynchronousPatternEnabled", True)
        while follow and response.status_code == httpx.codes.ACCEPTED and "location" in response.headers:
            uri = urljoin(str(response.url), response.headers["location"])
            request |= {"method": "GET", "uri": uri, "content": None}
            await remember(compact(request))
            await asyncio.sleep(self._pause(response))
            response = await self._send(request)
        return compact(
            {
                "statusCode": response.status_code,
                "headers": dict(response.headers.items()),
                "content": response.text,
            }
        )

    async def _send(self, request: dict[str, Json]) -> httpx.Response:
        headers = dict(cast("dict[str, str]", request.get("headers") or {}))
        source = cast("dict[str, str]", request.get("tokenSource") or {})
        try:
            if source:
                headers["Authorization"] = f"Bearer {await self._identity.token(source['resource'])}"
            return await self._client.request(
                *(str(request["method"]), str(request["uri"])),
                content=cast("str | None", request.get("content")),
                headers=headers,
            )
        except IdentityError as error:
            raise UnsupportedCallError(f"call_http with a tokenSource: {error}") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnsupportedCallError(f"HttpRequestException: {type(error).__name__}: {error}") from error

    def _pause(self, response: httpx.Response) -> float:
        text = response.headers.get("retry-after", "")
        return float(text) if text.replace(".", "", 1).isdigit() else self._poll_seconds
