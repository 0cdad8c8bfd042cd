"""How many messages a second pass through a queue of the local Service Bus; writes docs/performance.md.

`python -m benchmarks.service_bus [--messages 5000] [--print-only]` starts a bus of its own and talks to it
through the real client, in a process for each end. A send is acknowledged after it is stored, and a received
message is completed, which the client waits to hear. Links are open when the clock starts.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from azure.servicebus import ServiceBusMessage, ServiceBusReceiveMode
from azure.servicebus.aio import ServiceBusClient

from benchmarks.page import machine, write

QUEUE = "orders"
BODY = b"x" * 1024
BATCH = 100


@dataclass(frozen=True)
class Work:
    """What one client did: seconds of the machine's monotonic clock, and its processor seconds."""

    started: float
    ended: float
    processor: float


@dataclass(frozen=True)
class Bus:
    """A running bus."""

    connection: str
    process: psutil.Process

    def processor_seconds(self) -> float:
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running_bus(folder: Path) -> Iterator[Bus]:
    config = folder / "config.json"
    config.write_text(
        json.dumps({"UserConfig": {"Namespaces": [{"Name": "ns", "Queues": [{"Name": QUEUE}]}]}})
    )
    command = [sys.executable, "-m", "local.service_bus", "--port", "0", "--data", str(folder / "data")]
    with subprocess.Popen([*command, "--config", str(config)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            yield Bus(str(ready["serviceBus"]), psutil.Process(process.pid))
        finally:
            process.terminate()


# -- one end, in a process of its own


async def send(client: ServiceBusClient, count: int, batch: int) -> Work:
    """`batch` messages in one transfer; the next leaves when it is acknowledged."""
    async with client.get_queue_sender(QUEUE) as sender:
        begun = await _go()
        for _ in range(count // batch):
            await sender.send_messages([ServiceBusMessage(BODY) for _ in range(batch)])
        return _done(begun)


async def receive(client: ServiceBusClient, count: int, _: int) -> Work:
    """Completes each message before the next, as the client waits to hear of it."""
    async with client.get_queue_receiver(QUEUE, prefetch_count=BATCH) as receiver:
        begun = await _go()
        while count > 0:
            messages = await receiver.receive_messages(max_message_count=min(BATCH, count), max_wait_time=30)
            for message in messages:
                await receiver.complete_message(message)
            count -= len(messages)
        return _done(begun)


async def receive_and_delete(client: ServiceBusClient, count: int, _: int) -> Work:
    """Settled by the bus when it delivers."""
    mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
    async with client.get_queue_receiver(QUEUE, receive_mode=mode, prefetch_count=BATCH) as receiver:
        begun = await _go()
        while count > 0:
            count -= len(await receiver.receive_messages(max_message_count=BATCH, max_wait_time=30))
        return _done(begun)


ROLES: dict[str, Callable[[ServiceBusClient, int, int], Awaitable[Work]]] = {
    "send": send,
    "receive": receive,
    "delete": receive_and_delete,
}


async def _go() -> tuple[float, float]:
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    return time.monotonic(), time.process_time()


def _done(begun: tuple[float, float]) -> Work:
    return Work(begun[0], time.monotonic(), time.process_time() - begun[1])


async def play(role: str, connection: str, count: int, size: int) -> None:
    async with ServiceBusClient.from_connection_string(connection) as client:
        done = await ROLES[role](client, count, size)
        print(json.dumps(asdict(done)), flush=True)


# -- all ends


@dataclass(frozen=True)
class Row:
    """`ends` are role and size of each client, which all begin together."""

    name: str
    ends: tuple[tuple[str, int], ...]


ROWS = (
    Row("sent one by one", (("send", 1),)),
    Row("received and completed", (("receive", 1),)),
    Row(f"sent in batches of {BATCH}", (("send", BATCH),)),
    Row("received and completed", (("receive", 1),)),
    Row("**through the queue**, sent one by one, completed", (("send", 1), ("receive", 1))),
    Row("**through the queue**, sent in batches, completed", (("send", BATCH), ("receive", 1))),
    Row("**through the queue**, sent in batches, received and deleted", (("send", BATCH), ("delete", 1))),
)


def measure(bus: Bus, row: Row, count: int) -> str:
    """A line of the table."""
    command = [sys.executable, "-m", "benchmarks.service_bus", "--connection", bus.connection]
    clients = [
        subprocess.Popen(
            [*command, "--messages", str(count), "--role", role, "--size", str(size)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for role, size in row.ends
    ]
    for client in clients:
        assert client.stdout is not None
        client.stdout.readline()
    its = bus.processor_seconds()
    for client in clients:
        assert client.stdin is not None
        client.stdin.write("go\n")
        client.stdin.flush()
    done = [_result(client) for client in clients]
    its = bus.processor_seconds() - its
    for client in clients:
        client.communicate()
    seconds = max(each.ended for each in done) - min(each.started for each in done)
    own = " + ".join(f"{each.processor / count * 1e6:.0f}" for each in done)
    return f"| {row.name} | {count / seconds:,.0f} | {its / count * 1e6:.0f} | {own} |"


def _result(client: subprocess.Popen[str]) -> Work:
    assert client.stdout is not None
    return Work(**json.loads(client.stdout.readline()))


def table(count: int) -> str:
    lines = ["| | messages/s | bus, µs | clients, µs |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder, running_bus(Path(folder)) as bus:
        for row in ROWS:
            lines.append(measure(bus, row, count))
            print(lines[-1], flush=True)
    load = f"load {os.getloadavg()[0]:.1f}"
    note = f"{count:,} messages of 1 KiB; µs of processor time for each of them. {machine()}, {load}."
    return "\n".join([*lines, "", note])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--print-only", action="store_true", help="do not write docs/performance.md")
    # What the script passes to the clients that it starts.
    parser.add_argument("--role", choices=ROLES, help=argparse.SUPPRESS)
    parser.add_argument("--connection", help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        asyncio.run(play(given.role, given.connection, given.messages, given.size))
        return
    text = table(given.messages)
    if not given.print_only:
        write("service_bus", text)


if __name__ == "__main__":
    main()
