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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast

from local.functions_host.settings import Json

from . import frames
from .indexing import IndexingError, LoadedFunction, index_app
from .invocation import Invocation, current_function, current_invocation
from .timestamps import use_fast_timestamps

_PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Has the kernel kill this process when the host dies, even while user code never comes back."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


class RpcLogHandler(logging.Handler):
    """Sends log records of user code and libraries to the host, with the invocation they belong to."""

    def __init__(self, worker: "Worker") -> None:
        super().__init__()
        self._worker = worker

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
        self._worker.send_from_any_thread("rpcLog", body)


class Worker:
    """Serves one host connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._frames = frames.FrameWriter(writer)
        self._loop = asyncio.get_running_loop()
        threads = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT")
        self._pool = ThreadPoolExecutor(int(threads) if threads else None, thread_name_prefix="function")
        self._functions: dict[str, LoadedFunction] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        while True:
            try:
                name, body = await frames.read(self._reader)
            except (asyncio.IncompleteReadError, ConnectionError):
                os._exit(0)
            if name == "workerInitRequest":
                self._send("functionMetadataResponse", self._load(Path(str(body["functionAppDirectory"]))))
            elif name == "invocationRequest":
                task = asyncio.create_task(self._invoke(body))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            elif name == "workerTerminate":
                os._exit(0)

    def send_from_any_thread(self, name: str, body: frames.Body) -> None:
        self._loop.call_soon_threadsafe(self._send, name, body)

    def _send(self, name: str, body: frames.Body) -> None:
        self._frames.send(name, body)

    def _load(self, app_dir: Path) -> frames.Body:
        try:
            self._functions = index_app(app_dir)
        except IndexingError as error:
            return {"result": {"status": "Failure", "exception": {"message": str(error)}}}
        use_fast_timestamps()
        metadata = [function.metadata() for function in self._functions.values()]
        return {"result": {"status": "Success"}, "functionMetadataResults": cast("Json", metadata)}

    async def _invoke(self, request: frames.Body) -> None:
        function = self._functions[str(request["functionId"])]
        invocation = Invocation(function, request)
        answer: frames.Body = {"invocationId": invocation.id}
        try:
            if function.is_async:
                answer |= await invocation.run_async()
            else:
                answer |= await self._loop.run_in_executor(self._pool, invocation.run_sync)
            answer["result"] = {"status": "Success"}
        except BaseException as error:  # noqa: BLE001 - whatever user code raises is the invocation's result
            answer["result"] = _failure(error)
        self._send("invocationResponse", answer)


def _failure(error: BaseException) -> dict[str, Json]:
    stack = "".join(traceback.format_exception(error))
    return {
        "status": "Failure",
        "exception": {"message": f"{type(error).__name__}: {error}", "stackTrace": stack},
    }


async def _main(descriptor: int) -> None:
    connection = socket.socket(fileno=descriptor)
    reader, writer = await asyncio.open_connection(sock=connection, limit=1 << 22)
    worker = Worker(reader, writer)
    logging.basicConfig(level=logging.INFO, handlers=[RpcLogHandler(worker)])
    # The SDK's HTTP client and Azure's log each request at INFO; the production worker shows user code's
    # records only.
    logging.getLogger("azure").setLevel(logging.WARNING)
    await worker.serve()


def main() -> None:
    """`python -m local.functions_host.worker HOST_PID DESCRIPTOR`: only the host starts this."""
    die_with_parent(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_main(int(sys.argv[2])))
