"""The host: puts its parts together for one app and one data folder, serves, and stops in order."""

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .app_functions import runnable
from .call_http import HttpCaller
from .client_api import DurableClientApi
from .config import HostConfig, load_config
from .durable import DurableHost
from .entity_api import EntityApi
from .functions import FunctionMetadata
from .http_forwarding import HttpForwarder
from .http_triggers import HttpTriggers
from .invoker import Invoker
from .keys import Keys
from .management import ManagementApi
from .output_bindings import OutputBindings
from .payloads import WEBHOOK_PATH, ClientLinks
from .queries import Queries
from .queue_output import QueueOutput
from .queue_storage import QueueAddress
from .queue_trigger import QueueTrigger
from .server import HttpServer, bind
from .service_bus_output import ServiceBusOutput
from .service_bus_trigger import ServiceBusTrigger
from .settings import load_settings
from .store import Store
from .tasks import Tasks
from .timer_trigger import TimerTrigger
from .worker_pool import WorkerPool

log = logging.getLogger("Host.Startup")
_ALL_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"]


@dataclass(frozen=True)
class HostOptions:
    """The command line. A port of 0 takes a free one."""

    app_dir: Path
    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 7071
    rpc_port: int = 0
    auth: bool = True


class Host:
    """One running host. `start`, then `stop`."""

    def __init__(self, options: HostOptions, environment: dict[str, str]) -> None:
        self._options = options
        self.settings = load_settings(options.app_dir, environment)
        self.config: HostConfig = load_config(options.app_dir, self.settings)
        self._started = time.time()
        self._triggers = Tasks()
        self._queue_triggers: list[QueueTrigger] = []

    async def start(self) -> str:
        """Loads the app, recovers and serves; returns the public address. Raises HostError, LoadError."""
        options = self._options
        self._store = Store(options.data_dir, self.config.durable.hub_name)
        self._workers = WorkerPool(options.app_dir, self.settings, self.config.function_timeout)
        await self._workers.start()
        self.functions: dict[str, FunctionMetadata] = runnable(
            self._workers.functions.values(), self.settings
        )
        public, loopback = bind(options.host, options.port), bind("127.0.0.1", options.rpc_port)
        port, rpc_port = public.getsockname()[1], loopback.getsockname()[1]
        self._keys = Keys(options.data_dir / "keys.json", self.functions, options.auth)
        links = ClientLinks(
            f"http://{options.host}:{port}",
            f"http://127.0.0.1:{rpc_port}/durabletask/",
            self.config.durable.hub_name,
            self._keys.system,
        )
        outputs = OutputBindings()
        self._service_bus = ServiceBusOutput(self.settings)
        outputs.add("serviceBus", self._service_bus.write)
        outputs.add(
            "queue",
            QueueOutput(self.settings, self.config.queues.message_encoding, self._queue_written).write,
        )
        http = HttpCaller(self.settings, self.config.durable.http_poll_milliseconds / 1000)
        self._durable = DurableHost(self._store, self._workers, self.config.durable, outputs, http)
        self._durable.register(self.functions.values())
        self._invoker = Invoker(self._workers, links, outputs)
        management = self._management(links)
        self._forwarder = HttpForwarder(self._workers, self._invoker)
        triggers = HttpTriggers(
            self.functions.values(),
            self.config,
            self._invoker,
            self._keys,
            self._forwarder if self._workers.streams_http else None,
        )
        self._servers = [
            HttpServer(self._public_app(management, triggers), public),
            HttpServer(Starlette(routes=management.routes("/durabletask", lambda _: True)), loopback),
        ]
        # Before any request can add to the store what would then be taken up twice.
        await self._durable.recover()
        await asyncio.gather(*(server.start() for server in self._servers))
        self._start_triggers()
        return links.origin

    async def stop(self) -> None:
        """Stops taking work, then lets go of everything; what is under way is taken up at the next start."""
        await asyncio.gather(*(server.stop() for server in self._servers))
        await self._triggers.stop()
        await self._forwarder.close()
        await self._durable.stop()
        await self._workers.stop()
        await self._service_bus.close()
        self._store.close()

    def _queue_written(self, address: QueueAddress) -> None:
        for trigger in self._queue_triggers:
            trigger.written(address)

    def _start_triggers(self) -> None:
        for function in self.functions.values():
            if function.kind == "timerTrigger":
                due = self._durable.due
                TimerTrigger(function, self._invoker, self._store, self.settings, due).start(self._triggers)
            elif function.kind == "serviceBusTrigger":
                options = self.config.service_bus
                self._triggers.spawn(ServiceBusTrigger(function, self._invoker, self.settings, options).run())
            elif function.kind == "queueTrigger":
                listener = QueueTrigger(function, self._invoker, self.settings, self.config.queues)
                self._queue_triggers.append(listener)
                self._triggers.spawn(listener.run())

    def _management(self, links: ClientLinks) -> ManagementApi:
        client = DurableClientApi(self._durable, self._store.commit)
        queries = Queries(self._store, self._durable.instances)
        return ManagementApi(client, queries, EntityApi(client, self._durable.entities, queries), links)

    def _public_app(self, management: ManagementApi, triggers: HttpTriggers) -> Starlette:
        return Starlette(
            routes=[
                *management.routes(WEBHOOK_PATH, self._keys.allows_system),
                Route("/admin/host/status", self._status, methods=["GET"]),
                Route("/{path:path}", triggers.handle, methods=_ALL_METHODS),
            ]
        )

    async def _status(self, request: Request) -> Response:
        if not self._keys.allows_admin(request):
            return Response(status_code=401)
        return JSONResponse(
            {
                "id": self.config.durable.hub_name.lower(),
                "state": "Running",
                "version": "local",
                "processUptime": int((time.time() - self._started) * 1000),
                "functions": sorted(self.functions),
                "workerProcesses": list(self._workers.pids),
            }
        )
