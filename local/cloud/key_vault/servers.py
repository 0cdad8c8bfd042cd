"""One HTTPS server on loopback for each vault: the clients' ids of secrets leave no room for a path before
them, and names below localhost do not resolve everywhere."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from starlette.applications import Starlette

from local.cloud.arm_ids import ArmId
from local.cloud.identity.certificates import Certificates
from local.cloud.listening import HOST, QuietServer, listen, make_server

log = logging.getLogger(__name__)

MakeApp = Callable[[ArmId, str], Starlette]


@dataclass
class Running:
    server: QuietServer
    task: asyncio.Task[None]
    address: str


class VaultServers:
    """`connect` comes first: it says what a vault answers at its address."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._running: dict[str, Running] = {}
        self._make_app: MakeApp | None = None

    def connect(self, make_app: MakeApp) -> None:
        self._make_app = make_app

    def open(self, vault: ArmId, port: int) -> str:
        """Starts the vault's server unless it runs; its address, which is at `port` if that is free."""
        if running := self._running.get(vault.key):
            return running.address
        if self._make_app is None:
            raise AssertionError("the cloud was composed without its vaults")
        try:
            listener = listen(port)
        except OSError:
            log.warning("port %s of vault %s is taken; it gets another one", port, vault.name)
            listener = listen(0)
        address = f"https://{HOST}:{listener.getsockname()[1]}"
        server = make_server(self._make_app(vault, address), self._certificates)
        task = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
        self._running[vault.key] = Running(server, task, address)
        return address

    async def close(self, vault: ArmId) -> None:
        """Ends the vault's server; without one there is nothing to do."""
        if running := self._running.pop(vault.key, None):
            running.server.should_exit = True
            await running.task

    async def stop(self) -> None:
        for running in self._running.values():
            running.server.should_exit = True
        await asyncio.gather(*(running.task for running in self._running.values()))
