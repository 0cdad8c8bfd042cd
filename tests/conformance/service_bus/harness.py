"""Starts the real bus as a process and talks to it through the unmodified azure-servicebus client."""

import asyncio
import gc
import json
import selectors
import subprocess
import sys
import warnings
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.aio import ServiceBusClient, ServiceBusReceiver

ROOT = Path(__file__).parents[3]
T = TypeVar("T")
# The client polls its socket in steps of 0.2 s where it opens and closes links, unless it is told otherwise.
POLL_SECONDS = 0.02
Scenario = Callable[[ServiceBusClient], Awaitable[T]]


def entities(*queues: dict[str, Any], topics: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """A configuration in the emulator's format."""
    return {"UserConfig": {"Namespaces": [{"Name": "test", "Queues": list(queues), "Topics": topics or []}]}}


def queue(name: str, **properties: Any) -> dict[str, Any]:
    return {"Name": name, "Properties": properties}


class BusProcess:
    """One run of the bus; `stop`, `kill` and `start` again over the same data folder."""

    def __init__(self, folder: Path, config: dict[str, Any], *arguments: str) -> None:
        self.folder = folder
        self.arguments = arguments
        self.connection = ""
        self.process: subprocess.Popen[str] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(config))

    def start(self) -> "BusProcess":
        if self.process is not None:
            collect_broken_connections()
        with (self.folder / "bus.log").open("a") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True
            )
        line = self._first_line()
        # A bus that does not start says why in its log.
        self.ready: dict[str, str] = json.loads(line) if line else {"serviceBus": self.log()}
        self.connection = self.ready["serviceBus"]
        return self

    def command(self) -> list[str]:
        data = ["--port", "0", "--data", str(self.folder / "data")]
        config = ["--config", str(self.folder / "config.json")]
        return [sys.executable, "-m", "local.service_bus", *data, *config, *self.arguments]

    @property
    def address(self) -> str:
        """`host:port`"""
        return self.ready["amqp"].removeprefix("amqp://")

    def _first_line(self) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(30), self.log()
        return self.process.stdout.readline()

    def log(self) -> str:
        return (self.folder / "bus.log").read_text()

    def kill(self) -> None:
        """SIGKILL"""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def stop(self) -> int:
        assert self.process is not None
        self.process.terminate()
        return self._reap()

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def _reap(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def run(self, scenario: Scenario[T], **options: Any) -> T:
        """Runs a scenario with a client of its own."""

        async def with_client() -> T:
            settings = {"retry_total": 0, **options}
            async with ServiceBusClient.from_connection_string(self.connection, **settings) as client:
                return await scenario(quick(client))

        return asyncio.run(with_client())


def collect_broken_connections() -> None:
    """The client leaves a broken connection's socket to the garbage collector, which complains of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def quick(client: ServiceBusClient) -> ServiceBusClient:
    """The client with a short poll of the socket, and no task that close must wait for, as its defaults."""
    for name in ("queue_sender", "queue_receiver", "topic_sender", "subscription_receiver"):
        method = getattr(client, f"get_{name}")
        setattr(client, f"get_{name}", partial(method, socket_timeout=POLL_SECONDS, keep_alive=0))
    return client


async def take(
    receiver: ServiceBusReceiver, count: int = 1, seconds: float = 10
) -> list[ServiceBusReceivedMessage]:
    """Exactly so many messages, in the order they came."""
    found: list[ServiceBusReceivedMessage] = []
    while len(found) < count:
        more = await receiver.receive_messages(max_message_count=count - len(found), max_wait_time=seconds)
        assert more, f"{count} messages expected, got {texts(found)}"
        found += more
    return found


async def nothing(receiver: ServiceBusReceiver) -> None:
    """Nothing can be received now."""
    assert await receiver.receive_messages(max_wait_time=0.3) == []


def texts(messages: list[ServiceBusReceivedMessage]) -> list[str]:
    return [str(message) for message in messages]
