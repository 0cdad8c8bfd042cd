"""ARM's front door from the inside: for work that consists of requests on other resources."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from local.cloud.arm_ids import parse_path
from local.cloud.json_types import Json
from local.cloud.requests import Answer, ArmRequest

Serve = Callable[[ArmRequest], Awaitable[Answer]]


class Door:
    """Sends requests as if a client had; `connect` comes first."""

    def __init__(self) -> None:
        self._serve: Serve | None = None

    def connect(self, serve: Serve) -> None:
        self._serve = serve

    async def send(self, method: str, path: str, api_version: str, body: Json | None = None) -> Answer:
        """The answer, of whatever status. Raises ArmError for what is refused."""
        if self._serve is None:
            raise AssertionError("the cloud was composed without its front door")
        return await self._serve(
            ArmRequest(
                method=method,
                path=path,
                target=parse_path(path),
                query={"api-version": api_version},
                headers={"content-type": "application/json"},
                raw_body=b"" if body is None else json.dumps(body).encode(),
            )
        )
