"""`/_local`: what only this cloud has. Faults, ticks, recorded requests. Loopback only, without a token."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.cloud.call_counts import CallCounts
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError
from local.cloud.faults import Faults
from local.cloud.json_types import Json
from local.cloud.managed_state import ByTick
from local.cloud.recording import Recorder


class LocalApi:
    def __init__(self, faults: Faults, cloud: Cloud, recorder: Recorder | None) -> None:
        self._faults = faults
        self._operations = cloud.operations
        self._state = cloud.state
        self._quotas = cloud.quotas
        self._recorder = recorder
        self.calls = CallCounts()

    def routes(self) -> list[Route]:
        return [
            Route("/_local/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_local/faults/{fault}", self.remove_fault, methods=["DELETE"]),
            Route("/_local/quotas", self.quotas, methods=["GET", "PUT", "DELETE"]),
            Route("/_local/ticks", self.tick, methods=["POST"]),
            Route("/_local/requests", self.requests),
            Route("/_local/calls", self.count),
        ]

    async def faults(self, request: Request) -> Response:
        """GET lists, POST adds one, DELETE clears all and lets hanging operations go on."""
        if request.method == "POST":
            return await _accept(request, self._faults.add, 201)
        if request.method == "DELETE":
            self._faults.active.clear()
            self._operations.release()
            return Response(status_code=204)
        return JSONResponse({"value": self._faults.active})

    async def remove_fault(self, request: Request) -> Response:
        """Removes one fault and lets go on what it keeps hanging, even from before a restart."""
        fault = request.path_params["fault"]
        self._faults.remove(fault)
        self._operations.release(fault)
        return Response(status_code=204)

    async def quotas(self, request: Request) -> Response:
        """PUT sets one: `location`, `cores`, perhaps `family`. DELETE goes back to the default everywhere."""
        if request.method == "PUT":
            return await _accept(request, self._quotas.set, 200)
        if request.method == "DELETE":
            self._quotas.clear()
            return Response(status_code=204)
        return JSONResponse(self._quotas.document())

    async def tick(self, request: Request) -> Response:
        del request
        if not isinstance(self._state, ByTick):
            message = "The cloud was not started with --operation-ticks."
            return JSONResponse({"error": {"code": "NotTicking", "message": message}}, 409)
        await self._state.tick()
        return Response(status_code=204)

    async def requests(self, request: Request) -> Response:
        del request
        if self._recorder is None:
            message = "The cloud was not started with --record FILE."
            return JSONResponse({"error": {"code": "NotRecording", "message": message}}, 409)
        return JSONResponse({"value": self._recorder.requests()})

    async def count(self, request: Request) -> Response:
        """How often each kind of request has been answered since the start."""
        del request
        return JSONResponse({"value": dict(self.calls.counts.most_common())})


async def _accept(request: Request, take: Callable[[Json], Json], status: int) -> Response:
    """Hands the body on; what is wrong with it is the answer."""
    try:
        return JSONResponse(take(await request.json()), status)
    except ArmError as error:
        return JSONResponse(error.body(), error.status)
    except ValueError as error:
        return JSONResponse({"error": {"code": "InvalidRequestContent", "message": str(error)}}, 400)
