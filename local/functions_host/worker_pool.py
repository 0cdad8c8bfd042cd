"""The worker processes of one app: picks one for each invocation and replaces the lost.

What a lost process was doing is delivered again by its owners, who see WorkerLostError.
"""

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from .errors import HostError, LoadError, WorkerLostError
from .functions import FunctionMetadata
from .typed_data import Named
from .worker_process import NO_CONTEXT, InvocationContext, InvocationResult, WorkerProcess

log = logging.getLogger("Host.Workers")
_FIRST_RESTART_DELAY = 0.05
_LONGEST_RESTART_DELAY = 10.0
_MOST_PROCESSES = 10


class WorkerPool:
    """FUNCTIONS_WORKER_PROCESS_COUNT workers for the app in `app_dir`. `timeout` is functionTimeout in
    seconds.
    """

    def __init__(self, app_dir: Path, environment: Mapping[str, str], timeout: float | None) -> None:
        self._app_dir = app_dir
        self._environment = environment
        self._timeout = timeout
        self._count = _process_count(environment)
        self._workers: list[WorkerProcess] = []
        self._available = asyncio.Event()
        self._restarts: set[asyncio.Task[None]] = set()
        self._stopping = False
        self.functions: dict[str, FunctionMetadata] = {}

    @property
    def pids(self) -> list[int]:
        return [worker.pid for worker in self._workers]

    @property
    def streams_http(self) -> bool:
        """Whether the app's HTTP functions take their requests from a web server of the worker."""
        return any(worker.http_uri for worker in self._workers)

    async def start(self) -> None:
        """Starts the workers and learns the app's functions. Raises LoadError."""
        try:
            await asyncio.gather(*(self._add_worker() for _ in range(self._count)))
        except WorkerLostError as error:
            raise LoadError(f"{self._app_dir}: the worker process ended while it loaded the app") from error

    async def stop(self) -> None:
        self._stopping = True
        for task in self._restarts:
            task.cancel()
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def invoke(
        self,
        function: str,
        data: Named,
        metadata: Named | None = None,
        context: InvocationContext = NO_CONTEXT,
    ) -> InvocationResult:
        """Runs a function on the least busy worker.

        Raises FunctionFailedError if user code raised, FunctionTimeoutError after functionTimeout and
        WorkerLostError if the process ended first.
        """
        worker = context.worker or await self.least_busy()
        return await worker.invoke(function, data, metadata or {}, context)

    async def least_busy(self) -> WorkerProcess:
        """A worker that lives, as soon as there is one."""
        while not self._workers:
            self._available.clear()
            await self._available.wait()
        return min(self._workers, key=lambda worker: worker.busy)

    async def _add_worker(self) -> None:
        worker = await WorkerProcess.start(self._environment, self._timeout)
        try:
            functions = await worker.load(self._app_dir)
        except (LoadError, WorkerLostError):
            await worker.stop()
            raise
        self.functions = self.functions or functions
        worker.on_lost = self._replace
        if not worker.alive:
            raise WorkerLostError(f"worker process {worker.pid} ended")
        self._workers.append(worker)
        self._available.set()

    def _replace(self, worker: WorkerProcess) -> None:
        self._workers.remove(worker)
        if self._stopping:
            return
        log.warning("worker process %s ended; starting another", worker.pid)
        task = asyncio.get_running_loop().create_task(self._restart())
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)

    async def _restart(self) -> None:
        delay = _FIRST_RESTART_DELAY
        while True:
            try:
                await self._add_worker()
            except (LoadError, WorkerLostError, OSError) as error:
                log.warning("the app could not be loaded again: %s", error)
                await asyncio.sleep(delay)
                delay = min(delay * 2, _LONGEST_RESTART_DELAY)
            else:
                return


def _process_count(environment: Mapping[str, str]) -> int:
    text = environment.get("FUNCTIONS_WORKER_PROCESS_COUNT") or "1"
    if not text.isdigit() or not 1 <= int(text) <= _MOST_PROCESSES:
        raise HostError(f"FUNCTIONS_WORKER_PROCESS_COUNT must be 1 to {_MOST_PROCESSES}, not '{text}'")
    return int(text)
