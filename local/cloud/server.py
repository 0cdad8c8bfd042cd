"""Runs the cloud: HTTPS for ARM and the authority, plain HTTP on loopback for managed identity."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.cloud.composition import Service, compose
from local.cloud.identity.certificates import Certificates, ensure_certificates
from local.cloud.identity.managed_identity import APP_SERVICE_PATH
from local.cloud.options import Options
from local.cloud.settings import CloudSettings

HOST = "127.0.0.1"
# Scripts and builds of images each hold a thread for their whole time; asyncio's default would be a handful.
WORKER_THREADS = 256


class DroppableProtocol(HttpToolsProtocol):
    """Lets the application reset the connection, for the faults that a test switches on."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["transport"] = self.transport


class QuietServer(uvicorn.Server):
    """Leaves signals to `serve`, which stops two servers in order."""

    def install_signal_handlers(self) -> None:
        """Nothing: see the class."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(options: Options) -> None:
    """Runs until SIGTERM or SIGINT. Prints one line of JSON on standard output when ready."""
    # Secrets live below it: the signing key, and protected parameters of scripts that run.
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKER_THREADS, "cloud"))
    certificates = ensure_certificates(options.data)
    arm_socket, identity_socket = _listen(options.port), _listen(options.http_port)
    settings = CloudSettings(
        arm=f"https://{HOST}:{arm_socket.getsockname()[1]}",
        identity=f"http://{HOST}:{identity_socket.getsockname()[1]}{APP_SERVICE_PATH}",
        data=options.data,
        storage=options.storage,
        retry_after_seconds=options.retry_after_seconds,
        cores_quota=options.cores_quota,
    )
    service = compose(options, settings)
    servers = [_server(service.arm, certificates), _server(service.identity, None)]
    service.start()
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, (arm_socket, identity_socket), strict=True)
    ]
    print(json.dumps(ready_line(settings, service, certificates)), flush=True)  # noqa: T201 - the contract
    await _until_stopped(servers)
    await asyncio.gather(*tasks)
    await service.stop()


def ready_line(settings: CloudSettings, service: Service, certificates: Certificates) -> dict[str, str]:
    return {
        "arm": settings.arm,
        "identity": settings.identity,
        "identityHeader": service.identity_header,
        "ca": str(certificates.ca),
        "bundle": str(certificates.bundle),
        "subscriptionId": settings.subscription_id,
        "tenantId": settings.tenant_id,
    }


async def _until_stopped(servers: list[QuietServer]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    logging.getLogger(__name__).info("stopping")
    for server in servers:
        server.should_exit = True


def _listen(port: int) -> socket.socket:
    """Connections are accepted by the kernel from here on: ready is ready."""
    # The protocol is named because asyncio turns Nagle's delay off only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(2048)
    return listener


def _server(app: Starlette, certificates: Certificates | None) -> QuietServer:
    context = certificates.server_context() if certificates else None
    config = uvicorn.Config(
        app,
        http=DroppableProtocol,
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
    return QuietServer(config)
