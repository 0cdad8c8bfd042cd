"""Whatever the bus has acknowledged survives SIGKILL: messages, schedules, locks, states, message ids."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import ServiceBusError

from tests.conformance.service_bus.conftest import StartBus
from tests.conformance.service_bus.harness import BusProcess, entities, nothing, queue, take, texts

SCHEDULED = [pytest.param(1_000), pytest.param(10_000, marks=pytest.mark.slow)]


def test_what_was_acknowledged_is_there_after_a_kill_in_the_middle_of_sending(start_bus: StartBus) -> None:
    bus = start_bus()
    acknowledged: list[str] = []

    async def send_until_killed(client: ServiceBusClient) -> None:
        async with client.get_queue_sender("orders") as sender:
            while True:
                body = str(len(acknowledged))
                await sender.send_messages(ServiceBusMessage(body))
                acknowledged.append(body)
                if len(acknowledged) == 300:
                    asyncio.get_running_loop().call_later(0.05, bus.kill)

    with pytest.raises(ServiceBusError):
        bus.run(send_until_killed)
    bus.start()

    async def receive(client: ServiceBusClient) -> list[str]:
        async with client.get_queue_receiver("orders") as receiver:
            return texts(await take(receiver, len(acknowledged)))

    assert bus.run(receive) == acknowledged


def test_locks_settlements_states_and_ids_survive(start_bus: StartBus) -> None:
    bus = start_bus(
        entities(queue("orders", RequiresDuplicateDetection=True), queue("sessions", RequiresSession=True))
    )

    async def before(client: ServiceBusClient) -> int:
        async with client.get_queue_sender("orders") as sender:
            await sender.send_messages(
                [ServiceBusMessage(n, message_id=n) for n in ("gone", "held", "deferred")]
            )
        async with client.get_queue_sender("sessions") as sender:
            await sender.send_messages(ServiceBusMessage("m", session_id="s"))
        async with client.get_queue_receiver("sessions", session_id="s") as receiver:
            await receiver.session.set_state(b"kept")
        async with client.get_queue_receiver("orders", await_settlement_outcome=True) as receiver:
            gone, _held, deferred = await take(receiver, 3)
            await receiver.complete_message(gone)
            await receiver.defer_message(deferred)
            bus.kill()
            return deferred.sequence_number or 0

    async def after(client: ServiceBusClient) -> None:
        async with client.get_queue_sender("orders") as sender:
            await sender.send_messages(ServiceBusMessage("gone", message_id="gone"))
        async with client.get_queue_receiver("orders") as receiver:
            await nothing(receiver)  # one was completed, one is locked, one deferred, one a duplicate
            assert texts(await receiver.receive_deferred_messages(deferred)) == ["deferred"]
        async with client.get_queue_receiver("sessions", session_id="s") as receiver:
            assert await receiver.session.get_state() == b"kept"
            assert texts(await take(receiver)) == ["m"]

    deferred = bus.run(before)
    bus.start()
    bus.run(after)


def test_a_second_bus_is_kept_out_of_the_folder(start_bus: StartBus) -> None:
    bus = start_bus()
    other = BusProcess(bus.folder, entities(queue("orders")))
    other.start()
    assert "is in use by another service bus" in other.connection
    assert other.stop() == 2


def test_a_declared_entity_follows_its_declaration_and_keeps_its_messages(start_bus: StartBus) -> None:
    bus = start_bus(entities(queue("orders", MaxDeliveryCount=5)))

    async def send(client: ServiceBusClient) -> None:
        async with client.get_queue_sender("orders") as sender:
            await sender.send_messages(ServiceBusMessage("m"))

    async def fail_once(client: ServiceBusClient) -> None:
        async with client.get_queue_receiver("orders") as receiver:
            [message] = await take(receiver)
            await receiver.abandon_message(message)
        async with client.get_queue_receiver("orders", sub_queue="deadletter") as dead:
            assert texts(await take(dead)) == ["m"]

    bus.run(send)
    assert bus.stop() == 0
    BusProcess(bus.folder, entities(queue("orders", MaxDeliveryCount=1)))
    bus.start()
    bus.run(fail_once)


@pytest.mark.parametrize("count", SCHEDULED)
def test_scheduled_messages_survive_and_come_when_they_are_due(start_bus: StartBus, count: int) -> None:
    bus = start_bus()
    due = datetime.now(UTC) + timedelta(seconds=8 + count / 200)

    async def schedule(client: ServiceBusClient) -> list[int]:
        numbers: list[int] = []
        async with client.get_queue_sender("orders") as sender:
            for first in range(0, count, 500):
                messages = [ServiceBusMessage(str(n)) for n in range(first, first + 500)]
                numbers += await sender.schedule_messages(messages, due)
        bus.kill()
        return numbers

    async def cancel_some_and_receive(client: ServiceBusClient) -> list[str]:
        async with client.get_queue_sender("orders") as sender:
            await sender.cancel_scheduled_messages(numbers[:100])
        got: list[str] = []
        async with client.get_queue_receiver("orders") as receiver:
            assert datetime.now(UTC) < due, "the machine was too slow for this test's times"
            await nothing(receiver)
            while len(got) < count - 100:
                messages = await take(receiver, min(500, count - 100 - len(got)), seconds=60)
                got += texts(messages)
                await asyncio.gather(*(receiver.complete_message(message) for message in messages))
            await nothing(receiver)
        return got

    numbers = bus.run(schedule)
    assert len(set(numbers)) == count
    bus.start()
    received = bus.run(cancel_some_and_receive)
    assert datetime.now(UTC) >= due
    assert sorted(received, key=int) == [str(n) for n in range(100, count)]
