"""One worker process as the host sees it: started, asked to load the app, given invocations, killed."""

import asyncio
import logging
import os
import random
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from .errors import FunctionFailedError, LoadError, WorkerLostError
from .functions import FunctionMetadata, from_wire
from .settings import Json
from .typed_data import Named, TypedData
from .worker import frames

log = logging.getLogger("Host.Worker")
_PACKAGE_ROOT = Path(__file__).parents[2]
_STDERR = 2


@dataclass(frozen=True)
class InvocationContext:
    """Beside the data: where a retry policy stands and the caller's W3C trace, each None if there is none."""

    retry: dict[str, Json] | None = None
    trace: dict[str, Json] | None = None


NO_CONTEXT = InvocationContext()


@dataclass(frozen=True)
class InvocationResult:
    """What a function gave back: its return value if it has a return binding, and its set outputs by name."""

    returned: TypedData | None
    outputs: Named = field(default_factory=dict)


class WorkerProcess:
    """A child process and the invocations it is working on."""

    def __init__(self, process: asyncio.subprocess.Process, connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self._pending: dict[str, asyncio.Future[frames.Body]] = {}
        self._loaded: asyncio.Future[frames.Body] = asyncio.get_running_loop().create_future()
        self._frames: frames.FrameWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self.alive = True
        self.on_lost: Callable[[WorkerProcess], None] = lambda _: None

    @classmethod
    async def start(cls, environment: Mapping[str, str]) -> "WorkerProcess":
        """Spawns the process. User code's standard output goes to the host's standard error."""
        ours, theirs = socket.socketpair()
        path = os.pathsep.join(filter(None, [str(_PACKAGE_ROOT), environment.get("PYTHONPATH")]))
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"{__package__}.worker", str(os.getpid()), str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=_STDERR,
                env={**environment, "PYTHONPATH": path},
                pass_fds=(theirs.fileno(),),
            )
        worker = cls(process, ours)
        await worker._open()
        return worker

    async def _open(self) -> None:
        reader, writer = await asyncio.open_connection(sock=self._connection, limit=1 << 22)
        self._frames = frames.FrameWriter(writer)
        self._reading = asyncio.create_task(self._read(reader))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def busy(self) -> int:
        """How many invocations are under way."""
        return len(self._pending)

    async def load(self, app_dir: Path) -> dict[str, FunctionMetadata]:
        """Has the worker index the app. Raises LoadError with the worker's reason."""
        self._send("workerInitRequest", {"functionAppDirectory": str(app_dir)})
        answer = await self._loaded
        result = cast("dict[str, dict[str, Json]]", answer["result"])
        if str(result["status"]) != "Success":
            raise LoadError(str(result["exception"]["message"]))
        return from_wire(answer["functionMetadataResults"])

    async def invoke(
        self, function: str, data: Named, metadata: Named, context: InvocationContext
    ) -> InvocationResult:
        """Runs a function. Raises FunctionFailedError, or WorkerLostError if the process ends first."""
        if not self.alive:
            raise WorkerLostError(f"worker process {self.pid} has ended")
        invocation_id = str(uuid.UUID(int=random.getrandbits(128), version=4))
        future: asyncio.Future[frames.Body] = asyncio.get_running_loop().create_future()
        self._pending[invocation_id] = future
        try:
            request: frames.Body = {
                "invocationId": invocation_id,
                "functionId": function,
                "inputData": cast("Json", data),
                "triggerMetadata": cast("Json", metadata),
                "retryContext": context.retry,
                "traceContext": context.trace,
            }
            self._send("invocationRequest", request)
            return _result(await future)
        finally:
            self._pending.pop(invocation_id, None)

    async def stop(self) -> None:
        """Ends the process now; what it was doing fails with WorkerLostError."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await self._reading

    def _send(self, name: str, body: frames.Body) -> None:
        if self._frames is None:
            raise WorkerLostError("the worker is not connected")
        self._frames.send(name, body)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._receive(*await frames.read(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            self._lost()

    def _receive(self, name: str, body: frames.Body) -> None:
        if name == "invocationResponse":
            future = self._pending.get(str(body["invocationId"]))
            if future is not None and not future.done():
                future.set_result(body)
        elif name == "rpcLog":
            _log_user_record(body)
        elif name == "functionMetadataResponse" and not self._loaded.done():
            self._loaded.set_result(body)

    def _lost(self) -> None:
        self.alive = False
        lost = WorkerLostError(f"worker process {self.pid} ended")
        for future in [self._loaded, *self._pending.values()]:
            if not future.done():
                future.set_exception(lost)
        self._loaded.exception()
        if self._frames is not None:
            self._frames.close()
        self.on_lost(self)


def _result(answer: frames.Body) -> InvocationResult:
    result = cast("dict[str, Json]", answer["result"])
    if result["status"] != "Success":
        exception = cast("dict[str, str]", result["exception"])
        raise FunctionFailedError(exception["message"], exception.get("stackTrace", ""))
    outputs = cast("Named", answer.get("outputData") or {})
    return InvocationResult(cast("TypedData | None", answer.get("returnValue")), outputs)


def _log_user_record(body: frames.Body) -> None:
    function, invocation = str(body["functionName"]), str(body["invocationId"])
    category = f"Function.{function}.User" if function else f"Worker.{body['category']}"
    level = logging.getLevelNamesMapping().get(str(body["level"]), logging.INFO)
    logging.getLogger(category).log(level, "%s", body["message"], extra={"invocation_id": invocation})
