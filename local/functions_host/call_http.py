"""`context.call_http`: one durable HTTP request, followed through 202 answers to its end."""

import asyncio
import json
from typing import cast
from urllib.parse import urljoin

import httpx

from .history import compact
from .settings import Json

_DEFAULT_POLL_SECONDS = 30.0


class UnsupportedCallError(Exception):
    """The request cannot be made here, or could not be made."""


class HttpCaller:
    """Makes the requests. An answer of any status is a result; no answer is a failure of the task."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=100.0, follow_redirects=True)

    async def close(self) -> None:
        await self._client.aclose()

    async def call(self, request_json: str) -> str:
        """`{"statusCode","headers","content"}` as JSON text. Raises UnsupportedCallError."""
        request = cast("dict[str, Json]", json.loads(request_json))
        if request.get("tokenSource"):
            raise UnsupportedCallError(
                "call_http with a tokenSource needs a managed identity, which this host does not have"
            )
        headers = cast("dict[str, str]", request.get("headers") or {})
        method, uri = str(request["method"]), str(request["uri"])
        response = await self._send(method, uri, cast("str | None", request.get("content")), headers)
        follow = request.get("asynchronousPatternEnabled", True)
        while follow and response.status_code == httpx.codes.ACCEPTED and "location" in response.headers:
            await asyncio.sleep(_retry_after(response))
            uri = urljoin(str(response.url), response.headers["location"])
            response = await self._send("GET", uri, None, headers)
        return compact(
            {
                "statusCode": response.status_code,
                "headers": dict(response.headers.items()),
                "content": response.text,
            }
        )

    async def _send(
        self, method: str, uri: str, content: str | None, headers: dict[str, str]
    ) -> httpx.Response:
        try:
            return await self._client.request(method, uri, content=content, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise UnsupportedCallError(f"HttpRequestException: {type(error).__name__}: {error}") from error


def _retry_after(response: httpx.Response) -> float:
    text = response.headers.get("retry-after", "")
    return float(text) if text.replace(".", "", 1).isdigit() else _DEFAULT_POLL_SECONDS
