"""Runs the cloud: HTTPS for ARM and the authority, plain HTTP on loopback for managed identity."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
from concurrent.futures import ThreadPoolExecutor

from local.cloud.composition import Service, compose
from local.cloud.identity.certificates import Certificates, ensure_certificates
from local.cloud.identity.managed_identity import APP_SERVICE_PATH
from local.cloud.listening import HOST, QuietServer, listen, make_server
from local.cloud.managed_state import Immediately
from local.cloud.options import Options
from local.cloud.settings import CloudSettings

# Scripts and builds of images each hold a thread for their whole time; asyncio's default would be a handful.
WORKER_THREADS = 256


async def serve(options: Options) -> None:
    """Runs until SIGTERM or SIGINT. Prints one line of JSON on standard output when ready."""
    # Secrets live below it: the signing key, and protected parameters of scripts that run.
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(WORKER_THREADS, "cloud"))
    certificates = ensure_certificates(options.data)
    arm_socket, identity_socket = listen(options.port), listen(options.http_port)
    settings = CloudSettings(
        arm=f"https://{HOST}:{arm_socket.getsockname()[1]}",
        identity=f"http://{HOST}:{identity_socket.getsockname()[1]}{APP_SERVICE_PATH}",
        data=options.data,
        storage=options.storage,
        # What takes no time is done before anybody could ask.
        first_retry_after_ms=1 if isinstance(options.state, Immediately) else 50,
        retry_after_seconds=options.retry_after_seconds,
        cores_quota=options.cores_quota,
    )
    service = compose(options, settings)
    servers = [make_server(service.arm, certificates), make_server(service.identity, None)]
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
