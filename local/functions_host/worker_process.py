"""One worker process as the host sees it: started, asked to load the app, given invocations, killed."""

import asyncio
import logging
import math
import os
import random
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, cast

from .errors import FunctionFailedError, FunctionTimeoutError, LoadError, WorkerLostError
from .functions import FunctionMetadata, from_wire
from .settings import Json
from .typed_data import Named, TypedData, Wire
from .worker import frames

log = logging.getLogger("Host.Worker")
_PACKAGE_ROOT = Path(__file__).parents[2]
_STDERR = 2


class InvocationContext(NamedTuple):
    """Beside the data: where a retry policy stands, the caller's W3C trace, the orchestration instance it is
    for, and for a call whose HTTP request travels on its own, its id and worker; each None if there is none.
    """

    retry: dict[str, Json] | None = None
    trace: dict[str, Json] | None = None
    instance_id: str | None = None
    invocation_id: str | None = None
    worker: "WorkerProcess | None" = None


NO_CONTEXT = InvocationContext()


@dataclass(frozen=True)
class InvocationResult:
    """What a function gave back: its return value if it has a return binding, and its set outputs by name."""

    returned: TypedData | None
    outputs: Named = field(default_factory=dict)


class _Link(asyncio.Protocol):
    """The host's end of the connection. Frames of one pass of the event loop leave together."""

    def __init__(self, receive: Callable[[str, frames.Body], None], lost: Callable[[], None]) -> None:
        self._receive = receive
        self._lost = lost
        self._decoder = frames.Decoder()
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._collected: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        for name, body in self._decoder.feed(data):
            self._receive(name, body)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._lost()

    def send(self, name: str, body: frames.Body) -> None:
        if not self._collected:
            self._loop.call_soon(self._flush)
        self._collected.append(frames.encode(name, body))

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._collected))
        self._collected.clear()


class _Call(NamedTuple):
    """An invocation under way; `deadline` in the loop's time."""

    function: str
    instance_id: str | None
    deadline: float
    answer: asyncio.Future[frames.Body]


class WorkerProcess:
    """A child process and the invocations it is working on. `function_timeout` in seconds.

    A thread of user code cannot be stopped, so a call that outruns functionTimeout costs the whole process.
    """

    def __init__(self, process: asyncio.subprocess.Process, function_timeout: float | None) -> None:
        self._process = process
        self._timeout = function_timeout
        self._loop = asyncio.get_running_loop()
        self._pending: dict[str, _Call] = {}
        self._watch: asyncio.TimerHandle | None = None
        self._loaded: asyncio.Future[frames.Body] = self._loop.create_future()
        self._ended = asyncio.Event()
        self._link = _Link(self._receive, self._lost)
        self.alive = True
        self.http_uri: str | None = None
        self.on_lost: Callable[[WorkerProcess], None] = lambda _: None

    @classmethod
    async def start(cls, environment: Mapping[str, str], function_timeout: float | None) -> "WorkerProcess":
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
        worker = cls(process, function_timeout)
        await worker._loop.create_connection(lambda: worker._link, sock=ours)
        return worker

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def busy(self) -> int:
        """How many invocations are under way."""
        return len(self._pending)

    async def load(self, app_dir: Path) -> dict[str, FunctionMetadata]:
        """Has the worker index the app. Raises LoadError with the worker's reason."""
        self._link.send("workerInitRequest", {"functionAppDirectory": str(app_dir)})
        answer = await self._loaded
        result = cast("dict[str, dict[str, Json]]", answer["result"])
        if str(result["status"]) != "Success":
            raise LoadError(str(result["exception"]["message"]))
        capabilities = cast("dict[str, str]", answer["capabilities"])
        self.http_uri = capabilities.get("HttpUri")
        return from_wire(cast("Json", answer["functionMetadataResults"]))

    async def invoke(
        self, function: str, data: Named, metadata: Named, context: InvocationContext
    ) -> InvocationResult:
        """Runs a function.

        Raises FunctionFailedError, FunctionTimeoutError, or WorkerLostError if the process ends first.
        """
        if not self.alive:
            raise WorkerLostError(f"worker process {self.pid} has ended")
        invocation_id = context.invocation_id or new_invocation_id()
        deadline = self._loop.time() + (self._timeout or math.inf)
        call = _Call(function, context.instance_id, deadline, self._loop.create_future())
        self._pending[invocation_id] = call
        self._watch_over(call)
        request: frames.Body = {
            "invocationId": invocation_id,
            "functionId": function,
            "inputData": cast("Wire", data),
            "triggerMetadata": cast("Wire", metadata),
            "retryContext": cast("Wire", context.retry),
            "traceContext": cast("Wire", context.trace),
        }
        try:
            self._link.send("invocationRequest", request)
            return _result(await call.answer)
        finally:
            self._pending.pop(invocation_id, None)

    async def stop(self) -> None:
        """Ends the process now; what it was doing fails with WorkerLostError."""
        self._kill()
        await self._process.wait()
        await self._ended.wait()

    def _kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()

    def _watch_over(self, call: _Call) -> None:
        """One timer for all calls: they have the same time, so the oldest is the first to run out of it."""
        if self._watch is None and call.deadline < math.inf:
            self._watch = self._loop.call_at(call.deadline, self._check_oldest)

    def _check_oldest(self) -> None:
        self._watch = None
        oldest = next(iter(self._pending.values()), None)
        if oldest is None:
            return
        if oldest.deadline > self._loop.time():
            self._watch_over(oldest)
            return
        message = (
            f"Timeout value of {self._timeout:g} s was exceeded by function: Functions.{oldest.function}"
        )
        log.warning(message)
        if not oldest.answer.done():
            oldest.answer.set_exception(FunctionTimeoutError(message))
        self._kill()

    def _receive(self, name: str, body: frames.Body) -> None:
        if name == "invocationResponse":
            call = self._pending.get(str(body["invocationId"]))
            if call is not None and not call.answer.done():
                call.answer.set_result(body)
        elif name == "rpcLog":
            call = self._pending.get(str(body["invocationId"]))
            _log_user_record(body, call.instance_id if call else None)
        elif name == "functionMetadataResponse" and not self._loaded.done():
            self._loaded.set_result(body)

    def _lost(self) -> None:
        self.alive = False
        self._ended.set()
        if self._watch is not None:
            self._watch.cancel()
        lost = WorkerLostError(f"worker process {self.pid} ended")
        for future in [self._loaded, *(call.answer for call in self._pending.values())]:
            if not future.done():
                future.set_exception(lost)
        self._loaded.exception()
        self.on_lost(self)


def new_invocation_id() -> str:
    """A UUID of version 4; made by hand because uuid.UUID takes four times as long."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def _result(answer: frames.Body) -> InvocationResult:
    result = cast("dict[str, Json]", answer["result"])
    if result["status"] != "Success":
        exception = cast("dict[str, str]", result["exception"])
        raise FunctionFailedError(exception["message"], exception.get("stackTrace", ""))
    outputs = cast("Named", answer.get("outputData") or {})
    return InvocationResult(cast("TypedData | None", answer.get("returnValue")), outputs)


def _log_user_record(body: frames.Body, instance_id: str | None) -> None:
    function, invocation = str(body["functionName"]), str(body["invocationId"])
    category = f"Function.{function}.User" if function else f"Worker.{body['category']!s}"
    level = logging.getLevelNamesMapping().get(str(body["level"]), logging.INFO)
    ids = {"invocation_id": invocation, "instance_id": instance_id}
    logging.getLogger(category).log(level, "%s", body["message"], extra=ids)
