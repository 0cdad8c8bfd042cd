"""HTTP servers on loopback, with or without TLS."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from local.cloud.identity.certificates import Certificates

HOST = "127.0.0.1"


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


def listen(port: int) -> socket.socket:
    """Connections are accepted by the kernel from here on: ready is ready."""
    # The protocol is named because asyncio turns Nagle's delay off only for sockets that name it.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(2048)
    return listener


def make_server(app: Starlette, certificates: Certificates | None) -> QuietServer:
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
