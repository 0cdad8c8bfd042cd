"""The worker's life: ties itself to the host, loads the app, then answers invocation requests until the host
is gone.
"""

import asyncio
import ctypes
import logging
import os
import signal
import socket
import sys
import traceback
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import cast

from local.functions_host.typed_data import Wire

from . import frames, http_streams
from .http_streams import HttpStreams
from .indexing import IndexingError, LoadedFunction, index_app
from .invocation import Invocation, current_function, current_invocation
from .link import HostLink
from .sdk_shortcuts import take_shortcuts
from .threads import FunctionThreads

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Has the kernel kill this process when the host dies, even while user code never comes back."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class RpcLogHandler(logging.Handler):
    """Sends log records of user code and libraries to the host, with the invocation they belong to."""

    def __init__(self, link: HostLink) -> None:
        super().__init__()
        self._link = link

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info:
            message += "\n" + "".join(traceback.format_exception(*record.exc_info))
        body: frames.Body = {
            "level": record.levelname,
            "category": record.name,
            "message": message,
            "invocationId": current_invocation.get(),
            "functionName": current_function.get(),
        }
        self._link.send("rpcLog", body)


class Worker:
    """Serves one host connection. Coroutine functions run on the main thread's event loop, others on the
    function threads, as in the production worker.
    """

    def __init__(self, link: HostLink, threads: int) -> None:
        self._link = link
        self._loop = asyncio.get_running_loop()
        self._threads = FunctionThreads(threads)
        self._streams = HttpStreams()
        self._functions: dict[str, LoadedFunction] = {}
        self._running: set[asyncio.Task[None]] = set()

    def receive(self, name: str, body: frames.Body) -> None:
        """On the link's thread."""
        if name == "workerInitRequest":
            loading = self._load(Path(str(body["functionAppDirectory"])))
            self._loop.call_soon_threadsafe(self._spawn, loading)
        elif name == "invocationRequest":
            invocation = Invocation(self._functions[str(body["functionId"])], body)
            if invocation.function.streams_http:
                self._loop.call_soon_threadsafe(self._spawn, self._run_streamed(invocation))
            elif invocation.function.is_async:
                self._loop.call_soon_threadsafe(self._spawn, self._run_async(invocation))
            else:
                self._threads.submit(partial(self._run_sync, invocation))

    async def _load(self, app_dir: Path) -> None:
        try:
            self._functions = index_app(app_dir)
            capabilities: Wire = {"HttpUri": await self._streams.start()} if http_streams.enabled() else {}
        except (IndexingError, http_streams.ServerError) as error:
            answer: frames.Body = {"result": {"status": "Failure", "exception": {"message": str(error)}}}
        else:
            take_shortcuts()
            metadata = [function.metadata() for function in self._functions.values()]
            answer = {
                "result": {"status": "Success"},
                "functionMetadataResults": cast("Wire", metadata),
                "capabilities": capabilities,
            }
        self._link.send("functionMetadataResponse", answer)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """User code's errors are answers; any other is the worker's own, and another worker takes over."""
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            traceback.print_exception(error)
            os._exit(1)

    def _run_sync(self, invocation: Invocation) -> None:
        try:
            outcome = succeeded(invocation.run_sync())
        except BaseException as error:  # noqa: BLE001 - whatever user code raises is the invocation's result
            outcome = failed(error)
        self._answer(invocation, outcome)

    async def _run_async(self, invocation: Invocation) -> None:
        try:
            outcome = succeeded(await invocation.run_async())
        except BaseException as error:  # noqa: BLE001 - whatever user code raises is the invocation's result
            outcome = failed(error)
        self._answer(invocation, outcome)

    async def _run_streamed(self, invocation: Invocation) -> None:
        invocation.streamed = await self._streams.request(invocation.id, invocation.route_parameters())
        try:
            if invocation.function.is_async:
                outcome = succeeded(await invocation.run_async())
            else:
                outcome = succeeded(await self._threads.run(invocation.run_sync))
        except BaseException as error:  # noqa: BLE001 - whatever user code raises is the invocation's result
            outcome = failed(error)
            self._streams.fail(invocation.id, error)
        else:
            self._streams.respond(invocation.id, invocation.returned)
        self._answer(invocation, outcome)

    def _answer(self, invocation: Invocation, outcome: frames.Body) -> None:
        outcome["invocationId"] = invocation.id
        try:
            self._link.send("invocationResponse", outcome)
        except (TypeError, ValueError, OverflowError) as error:  # a value that has no wire form
            self._link.send("invocationResponse", failed(error) | {"invocationId": invocation.id})


def succeeded(outcome: frames.Body) -> frames.Body:
    return outcome | {"result": {"status": "Success"}}


def failed(error: BaseException) -> frames.Body:
    stack = "".join(traceback.format_exception(error))
    exception: Wire = {"message": f"{type(error).__name__}: {error}", "stackTrace": stack}
    return {"result": {"status": "Failure", "exception": exception}}


async def _main(descriptor: int) -> None:
    link = HostLink(socket.socket(fileno=descriptor))
    logging.basicConfig(level=logging.INFO, handlers=[RpcLogHandler(link)])
    # The SDK's HTTP client and Azure's log each request at INFO; the production worker shows user code's
    # records only.
    logging.getLogger("azure").setLevel(logging.WARNING)
    link.listen(Worker(link, _thread_count()).receive)
    await asyncio.get_running_loop().create_future()


def _thread_count() -> int:
    """As many as a ThreadPoolExecutor has by default, as in the production worker."""
    return int(os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT") or min(32, (os.cpu_count() or 1) + 4))


def main() -> None:
    """`python -m local.functions_host.worker HOST_PID DESCRIPTOR`: only the host starts this."""
    die_with_parent(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_main(int(sys.argv[2])))
