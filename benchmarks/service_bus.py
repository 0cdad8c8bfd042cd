"""How many messages a second pass through a queue of the local Service Bus.

`python -m benchmarks.service_bus [--messages 5000]` starts a bus of its own, talks to it through the real
client and prints a line for each way of working, with the processor time that bus and client took for one
message. A send is acknowledged after it is stored.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

QUEUE = "orders"
BODY = b"x" * 1024
BATCH = 100


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


async def send_one_by_one(client: ServiceBusClient, count: int) -> None:
    async with client.get_queue_sender(QUEUE) as sender:
        for _ in range(count):
            await sender.send_messages(ServiceBusMessage(BODY))


async def send_batches(client: ServiceBusClient, count: int) -> None:
    async with client.get_queue_sender(QUEUE) as sender:
        for _ in range(count // BATCH):
            await sender.send_messages([ServiceBusMessage(BODY) for _ in range(BATCH)])


async def receive_and_complete(client: ServiceBusClient, count: int) -> None:
    async with client.get_queue_receiver(QUEUE, prefetch_count=BATCH) as receiver:
        while count > 0:
            messages = await receiver.receive_messages(max_message_count=min(BATCH, count), max_wait_time=10)
            for message in messages:
                await receiver.complete_message(message)
            count -= len(messages)


async def both_at_once(client: ServiceBusClient, count: int) -> None:
    await asyncio.gather(send_batches(client, count), receive_and_complete(client, count))


Work = Callable[[ServiceBusClient, int], Awaitable[None]]


async def measure(bus: Bus, name: str, work: Work, count: int) -> float:
    """Seconds; prints the rate."""
    async with ServiceBusClient.from_connection_string(bus.connection) as client:
        started, own, its = time.perf_counter(), time.process_time(), bus.processor_seconds()
        await work(client, count)
        seconds = time.perf_counter() - started
        its, own = bus.processor_seconds() - its, time.process_time() - own
    rate = f"{count:6} messages {seconds:7.2f} s {count / seconds:6.0f} /s"
    print(f"{name:34} {rate}   bus {its / count * 1e6:5.0f} µs, client {own / count * 1e6:5.0f} µs")
    return seconds


async def run(bus: Bus, count: int) -> None:
    await measure(bus, "send one by one", send_one_by_one, count)
    await measure(bus, "receive and complete", receive_and_complete, count)
    sent = await measure(bus, f"send in batches of {BATCH}", send_batches, count)
    received = await measure(bus, "receive and complete", receive_and_complete, count)
    through = sent + received
    print(
        f"{'batches, one after the other':34} {count:6} messages {through:7.2f} s {count / through:6.0f} /s"
    )
    await measure(bus, "send batches and receive at once", both_at_once, count)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=5_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_bus(Path(folder)) as bus:
        asyncio.run(run(bus, given.messages))


if __name__ == "__main__":
    main()
