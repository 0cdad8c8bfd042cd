"""The HTTPS application: ARM, the token authority, and `/_local` for tests."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.cloud.arm import Arm
from local.cloud.arm_ids import parse_path
from local.cloud.call_counts import CallCounts
from local.cloud.errors import ArmError
from local.cloud.faults import Faults, refusal
from local.cloud.json_types import Json
from local.cloud.local_api import LocalApi
from local.cloud.recording import Exchange, Recorder
from local.cloud.requests import Answer, ArmRequest

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"]


class Answering(Protocol):
    async def answer(self, request: ArmRequest) -> Answer:
        """Raises ArmError for everything that is refused."""


class FrontDoor:
    """Turns HTTP into `ArmRequest` and `Answer` into HTTP, with faults and recording in between."""

    def __init__(
        self, answering: Answering, faults: Faults, recorder: Recorder | None, calls: CallCounts | None = None
    ) -> None:
        self._answering = answering
        self._faults = faults
        self._recorder = recorder
        self._calls = calls

    async def serve(self, request: Request) -> Response:
        fault = self._faults.strike(request.method, request.scope["path"])
        if fault.get("drop") == "before":
            return _drop(request)
        arm_request = await _read(request, fault)
        answer = await self._answer(arm_request, fault)
        if self._calls:
            self._calls.count(arm_request)
        self._record(arm_request, answer)
        if fault.get("drop") == "after":
            return _drop(request)
        return _write(answer)

    async def _answer(self, request: ArmRequest, fault: Json) -> Answer:
        if "status" in fault:
            return _refused(refusal(fault))
        try:
            return await self._answering.answer(request)
        except ArmError as error:
            return _refused(error)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return _refused(ArmError(500, "InternalServerError", "The cloud failed; its log says more."))

    def _record(self, request: ArmRequest, answer: Answer) -> None:
        if self._recorder:
            self._recorder.record(
                Exchange(
                    method=request.method,
                    path=request.path,
                    query=request.query,
                    request=_parsed(request.raw_body),
                    status=answer.status,
                    headers=answer.headers,
                    response=answer.body,
                )
            )


def create_app(
    arm: Arm, faults: Faults, recorder: Recorder | None, extra: list[Route], local: LocalApi
) -> Starlette:
    return door_app(FrontDoor(arm, faults, recorder, local.calls), [*local.routes(), *extra])


def door_app(door: FrontDoor, routes: list[Route]) -> Starlette:
    """Everything that `routes` do not take goes through the door."""
    return Starlette(routes=[*routes, Route("/{path:path}", door.serve, methods=METHODS)])


async def _read(request: Request, fault: Json) -> ArmRequest:
    path = request.scope["path"].rstrip("/") or "/"  # a parsed URL has lost tabs and line ends
    query = {name.lower(): value for name, value in request.query_params.items()}
    return ArmRequest(
        method=request.method,
        path=path,
        target=parse_path(path),
        query=query,
        headers=request.headers,
        raw_body=await request.body(),
        fault=dict(fault) if "operation" in fault else {},
    )


def _write(answer: Answer) -> Response:
    request_id = str(uuid.uuid4())
    headers = {
        "x-ms-request-id": request_id,
        "x-ms-correlation-request-id": request_id,
        "Cache-Control": "no-cache",
        **answer.headers,
    }
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return JSONResponse(answer.body, answer.status, headers=headers)


def _refused(error: ArmError) -> Answer:
    return Answer(error.status, error.body(), error.headers)


def _drop(request: Request) -> Response:
    """Resets the connection; the response never leaves."""
    transport: asyncio.Transport = request.scope["state"]["transport"]
    transport.abort()
    return Response(status_code=500)


def _parsed(body: bytes) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")
