"""HTTP triggers: finds the function for a request, checks its key, invokes it and turns its answer into a
response.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import cast

from starlette.requests import Request
from starlette.responses import Response

from . import typed_data
from .config import HostConfig
from .errors import FunctionFailedError, FunctionTimeoutError, LoadError, WorkerLostError
from .functions import FunctionMetadata
from .http_forwarding import HttpForwarder
from .invoker import Invoker
from .keys import Keys
from .routes import RouteTemplate, compile_template
from .traces import context_of, from_headers
from .typed_data import TypedData, Wire
from .worker_process import InvocationResult

log = logging.getLogger("Host.Http")


@dataclass(frozen=True)
class HttpFunction:
    """A function with an HTTP trigger; no methods means all."""

    metadata: FunctionMetadata
    route: RouteTemplate
    methods: frozenset[str]

    @property
    def auth_level(self) -> str:
        return str(self.metadata.trigger.get("authLevel") or "function")


class HttpTriggers:
    """All HTTP functions of the app, most specific route first."""

    def __init__(
        self,
        functions: Iterable[FunctionMetadata],
        config: HostConfig,
        invoker: Invoker,
        keys: Keys,
        forwarder: HttpForwarder | None,
    ) -> None:
        self._prefix = config.route_prefix
        self._headers = config.custom_headers
        self._invoker = invoker
        self._keys = keys
        self._forwarder = forwarder
        limit = config.max_concurrent_requests
        self._slots: AbstractAsyncContextManager[object] = (
            asyncio.Semaphore(limit) if limit > 0 else nullcontext()
        )
        found = [http_function(f) for f in functions if f.kind == "httpTrigger"]
        self.functions = sorted(found, key=lambda f: f.route.precedence)

    async def handle(self, request: Request) -> Response:
        path = self._below_prefix(request.scope["path"])  # a parsed URL has lost tabs and line ends
        matches = (
            [] if path is None else [(f, m) for f in self.functions if (m := f.route.match(path)) is not None]
        )
        if not matches:
            return Response(status_code=404)
        for function, parameters in matches:
            if not function.methods or request.method in function.methods:
                async with self._slots:
                    response = await self._invoke(request, function, parameters)
                for header, value in self._headers.items():
                    response.headers[header] = value
                return response
        return Response(status_code=405)

    def _below_prefix(self, path: str) -> str | None:
        path = path.strip("/")
        if not self._prefix:
            return path
        if path.lower() == self._prefix.lower():
            return ""
        head = self._prefix + "/"
        return path[len(head) :] if path.lower().startswith(head.lower()) else None

    async def _invoke(
        self, request: Request, function: HttpFunction, parameters: Mapping[str, str]
    ) -> Response:
        name = function.metadata.name
        if not self._keys.allows_function(request, function.auth_level, name):
            return Response(status_code=401)
        context = context_of(from_headers(request.headers))
        if self._forwarder is not None:
            data = {function.metadata.input_name: _request_data(request, parameters, b"")}
            return await self._forwarder.call(request, function.metadata, data, context)
        data = {function.metadata.input_name: _request_data(request, parameters, await request.body())}
        try:
            result = await self._invoker.invoke(function.metadata, data, context=context)
        except FunctionFailedError as error:
            log.warning("Executed 'Functions.%s' (Failed)\n%s", name, error.stack or error)
            return Response(status_code=500)
        except (FunctionTimeoutError, WorkerLostError) as error:
            log.warning("Executed 'Functions.%s' (Failed): %s", name, error)
            return Response(status_code=500)
        return _response(function.metadata, result)


def http_function(metadata: FunctionMetadata) -> HttpFunction:
    template = str(metadata.trigger.get("route") or metadata.name)
    try:
        route = compile_template(template)
    except ValueError as error:
        raise LoadError(f"function '{metadata.name}': route '{template}': {error}") from error
    methods = cast("list[str]", metadata.trigger.get("methods") or [])
    return HttpFunction(metadata, route, frozenset(method.upper() for method in methods))


def _request_data(request: Request, parameters: Mapping[str, str], body: bytes) -> TypedData:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        query[name] = f"{query[name]},{value}" if name in query else value
    http: dict[str, Wire] = {
        "method": request.method,
        "url": str(request.url),
        "headers": dict(headers),
        "query": dict(query),
        "params": dict(parameters),
        "body": cast("Wire", typed_data.raw(body)),
    }
    return {"http": http}


def _response(metadata: FunctionMetadata, result: InvocationResult) -> Response:
    """The HTTP output is the return value or the one `http` binding that was set; no value is 204."""
    answer = result.returned
    for binding in metadata.of_type("http"):
        answer = result.outputs.get(str(binding["name"]), answer)
    if answer is None or typed_data.kind(answer) == "none":
        return Response(status_code=204)
    if typed_data.kind(answer) != "http":
        return Response(typed_data.as_bytes(answer), media_type="text/plain")
    http = cast("dict[str, Wire]", answer["http"])
    headers = cast("dict[str, str]", http["headers"])
    body = typed_data.as_bytes(cast("TypedData", http["body"]))
    response = Response(body, status_code=int(str(http["statusCode"])))
    for name, value in headers.items():
        response.headers[name] = value
    for cookie in cast("list[str]", http["cookies"]):
        response.headers.append("Set-Cookie", cookie)
    return response
