"""HTTP functions that stream, with the extension azurefunctions-extensions-http-fastapi.

The extension brings a web server into the worker. The host forwards a caller's request to it, marked with
the invocation's id, and sends the invocation as always; here the two meet. The server's answer is what the
function returns, so no body passes through frames. As in the production worker, importing the extension makes
every HTTP function of the app one of this kind. Source: azure_functions_worker.http_v2.
"""

import asyncio
import importlib
import logging
import socket
import sys
from collections.abc import Mapping
from types import ModuleType
from typing import Protocol, cast

INVOCATION_HEADER = "x-ms-invocation-id"
_BASE = "azurefunctions.extensions.base"


class ServerError(Exception):
    """The extension's web server does not start."""


class _Request(Protocol):
    @property
    def headers(self) -> Mapping[str, str]: ...


def _base() -> ModuleType:
    return importlib.import_module(_BASE)


def enabled() -> bool:
    """Whether the app has imported the extension."""
    return _BASE in sys.modules and bool(_base().HttpV2FeatureChecker.http_v2_enabled())


def accepts(annotation: type) -> bool:
    """Whether a parameter of this type can receive the extension's request."""
    return bool(_base().RequestTrackerMeta.check_type(annotation))


class HttpStreams:
    """The extension's server and the requests that wait for their invocation, or the other way round."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._requests: dict[str, asyncio.Future[object]] = {}
        self._responses: dict[str, asyncio.Future[object]] = {}
        self._server: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Serves on a free loopback port; its address."""
        extension = importlib.import_module(_base().ModuleTrackerMeta.get_module())
        app = extension.WebApp()

        async def meet(request: _Request) -> object:
            invocation = request.headers[INVOCATION_HEADER]
            self._slot(self._requests, invocation).set_result(request)
            try:
                return await self._slot(self._responses, invocation)
            finally:
                del self._responses[invocation]

        meet.__annotations__ = {"request": _base().RequestTrackerMeta.get_request_type()}
        app.route(meet)
        port = _free_port()
        self._server = self._loop.create_task(extension.WebServer("127.0.0.1", port, app).serve())
        await self._until_up(port)
        _log_as_others_do()
        return f"http://127.0.0.1:{port}"

    async def request(self, invocation: str, route_parameters: Mapping[str, str]) -> object:
        """The caller's request, once it is here."""
        request = await self._slot(self._requests, invocation)
        del self._requests[invocation]
        _base().RequestTrackerMeta.get_synchronizer().sync_route_params(request, dict(route_parameters))
        return request

    def respond(self, invocation: str, response: object) -> None:
        self._slot(self._responses, invocation).set_result(response)

    def fail(self, invocation: str, error: BaseException) -> None:
        """The caller gets the server's own 500."""
        self._slot(self._responses, invocation).set_exception(error)

    def _slot(self, slots: dict[str, asyncio.Future[object]], invocation: str) -> asyncio.Future[object]:
        if invocation not in slots:
            slots[invocation] = self._loop.create_future()
        return slots[invocation]

    async def _until_up(self, port: int) -> None:
        while self._server is not None and not self._server.done():
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.01)
            else:
                writer.close()
                return
        raise ServerError("the extension's web server did not start")


def _free_port() -> int:
    """The extension takes a number, not a socket."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast("int", probe.getsockname()[1])


def _log_as_others_do() -> None:
    """uvicorn writes its own lines to standard error, where the host's are JSON."""
    for name in ("uvicorn", "uvicorn.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(logging.WARNING)
