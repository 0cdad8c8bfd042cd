"""Forwards HTTP requests to a worker's own web server, for functions that stream.

Neither body is held: what the caller sends goes on as it comes, and so does the answer. Source: the host's
HttpForwarder and the worker's `HttpUri` capability.
"""

import logging
from collections.abc import AsyncIterator, Mapping

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from .errors import FunctionFailedError, FunctionTimeoutError, WorkerLostError
from .functions import FunctionMetadata
from .invoker import Invoker
from .tasks import Tasks
from .typed_data import Named
from .worker_pool import WorkerPool
from .worker_process import InvocationContext, new_invocation_id

log = logging.getLogger("Host.Http")
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"})
_INVOCATION_HEADER = "x-ms-invocation-id"


class HttpForwarder:
    """Makes an invocation and the request that belongs to it, on one worker."""

    def __init__(self, workers: WorkerPool, invoker: Invoker) -> None:
        self._workers = workers
        self._invoker = invoker
        self._invocations = Tasks()
        # A connection for each request: one that was kept may close just as the next request goes out.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._client = httpx.AsyncClient(timeout=None, limits=limits)  # noqa: S113 - functionTimeout ends it

    async def close(self) -> None:
        await self._invocations.stop()
        await self._client.aclose()

    async def call(
        self, request: Request, function: FunctionMetadata, data: Named, context: InvocationContext
    ) -> Response:
        """The function's answer; 500 when there is none."""
        worker = await self._workers.least_busy()
        invocation_id = new_invocation_id()
        context = context._replace(invocation_id=invocation_id, worker=worker)
        self._invocations.spawn(self._invoke(function, data, context))
        try:
            answer = await self._client.send(
                self._request(request, worker.http_uri or "", invocation_id), stream=True
            )
        except (httpx.HTTPError, ClientDisconnect) as error:
            log.warning("Executed 'Functions.%s' (Failed): %s", function.name, error)
            return Response(status_code=500)
        response = StreamingResponse(_body(answer), status_code=answer.status_code)
        response.raw_headers = [
            (name.lower(), value)
            for name, value in answer.headers.raw
            if name.decode("latin-1").lower() not in _HOP_BY_HOP
        ]
        return response

    def _request(self, request: Request, uri: str, invocation_id: str) -> httpx.Request:
        headers = [(n, v) for n, v in request.headers.items() if n not in _HOP_BY_HOP]
        has_body = "content-length" in request.headers or "transfer-encoding" in request.headers
        url = httpx.URL(uri).copy_with(raw_path=_target(request.scope))
        return self._client.build_request(
            request.method,
            url,
            headers=[*headers, (_INVOCATION_HEADER, invocation_id)],
            content=request.stream() if has_body else None,
        )

    async def _invoke(self, function: FunctionMetadata, data: Named, context: InvocationContext) -> None:
        try:
            await self._invoker.invoke(function, data, context=context)
        except FunctionFailedError as error:
            log.warning("Executed 'Functions.%s' (Failed)\n%s", function.name, error.stack or error)
        except (FunctionTimeoutError, WorkerLostError) as error:
            log.warning("Executed 'Functions.%s' (Failed): %s", function.name, error)


def _target(scope: Mapping[str, object]) -> bytes:
    path, query = scope["raw_path"], scope["query_string"]
    if not isinstance(path, bytes) or not isinstance(query, bytes):
        raise TypeError("an ASGI scope has bytes here")
    return path + (b"?" + query if query else b"")


async def _body(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()
