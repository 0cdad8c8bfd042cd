"""`/_local`: what only this cloud has. Faults, ticks, recorded requests. Loopback only, without a token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.cloud.errors import ArmError
from local.cloud.faults import Faults
from local.cloud.managed_state import ByTick, ManagedState
from local.cloud.operations import Operations
from local.cloud.recording import Recorder


class LocalApi:
    def __init__(
        self, faults: Faults, operations: Operations, state: ManagedState, recorder: Recorder | None
    ) -> None:
        self._faults = faults
        self._operations = operations
        self._state = state
        self._recorder = recorder

    def routes(self) -> list[Route]:
        return [
            Route("/_local/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/_local/faults/{fault}", self.remove_fault, methods=["DELETE"]),
            Route("/_local/ticks", self.tick, methods=["POST"]),
            Route("/_local/requests", self.requests),
        ]

    async def faults(self, request: Request) -> Response:
        """GET lists, POST adds one, DELETE clears all and lets hanging operations go on."""
        if request.method == "POST":
            try:
                return JSONResponse(self._faults.add(await request.json()), 201)
            except ArmError as error:
                return JSONResponse(error.body(), error.status)
            except ValueError as error:
                return JSONResponse({"error": {"code": "InvalidRequestContent", "message": str(error)}}, 400)
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
