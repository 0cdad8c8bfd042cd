"""Kiln's own sender keeps its links, and comes back when the service has closed them."""

import time
from pathlib import Path

from azure.servicebus import ServiceBusClient
from azure.servicebus.aio import ServiceBusClient as AsyncClient

from shared.azure.bus import REJECTED_QUEUE, Bus
from tests.conformance.service_bus.harness import BusProcess, collect_broken_connections, entities, queue


def bodies(bus: BusProcess, count: int) -> list[str]:
    async def receive(client: AsyncClient) -> list[str]:
        found: list[str] = []
        async with client.get_queue_receiver(REJECTED_QUEUE) as receiver:
            while len(found) < count:
                for message in await receiver.receive_messages(count, max_wait_time=10):
                    await receiver.complete_message(message)
                    found.append(str(message))
        return found

    return bus.run(receive)


def test_messages_arrive_through_one_link_and_through_a_new_one_after_a_restart(tmp_path: Path) -> None:
    bus = BusProcess(tmp_path, entities(queue(REJECTED_QUEUE))).start()
    try:
        with ServiceBusClient.from_connection_string(bus.connection) as client:
            kiln = Bus(client)
            kiln.reject(b"first", "1", "requests", "Unusable", "why")
            begun = time.monotonic()
            kiln.reject(b"second", "2", "requests", "Unusable", "why")
            # To open and close a link takes the client more than a second of sleep.
            assert time.monotonic() - begun < 0.4
            port = bus.address.rpartition(":")[2]
            bus.kill()
            bus.arguments = ("--port", port)
            bus.start()
            kiln.reject(b"third", "3", "requests", "Unusable", "why")
            assert bodies(bus, 3) == ["first", "second", "third"]
    finally:
        bus.close()
        collect_broken_connections()
