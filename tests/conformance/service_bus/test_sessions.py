"""Sessions: order, exclusive locks, the next available one, state, renewal, and what ends a lock."""

import asyncio

import pytest
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient
from azure.servicebus.exceptions import (
    OperationTimeoutError,
    ServiceBusError,
    SessionCannotBeLockedError,
    SessionLockLostError,
)

from tests.conformance.service_bus.harness import BusProcess, entities, nothing, queue, take, texts

ENTITIES = entities(
    *(
        queue(name, RequiresSession=True)
        for name in ("order", "next", "state", "closed", "lists", "deferred")
    ),
    queue("short", RequiresSession=True, LockDuration="PT1S"),
    queue("plain"),
)


async def send(client: ServiceBusClient, name: str, *messages: tuple[str, str]) -> None:
    """Pairs of session and body."""
    async with client.get_queue_sender(name) as sender:
        for session_id, body in messages:
            await sender.send_messages(ServiceBusMessage(body, session_id=session_id))


def test_a_session_is_received_in_order_by_one_receiver(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        await send(client, "order", ("a", "1"), ("b", "x"), ("a", "2"))
        async with client.get_queue_receiver("order", session_id="a") as receiver:
            messages = await take(receiver, 2)
            assert [(m.session_id, str(m)) for m in messages] == [("a", "1"), ("a", "2")]
            with pytest.raises(SessionCannotBeLockedError):
                async with client.get_queue_receiver("order", session_id="a"):
                    pass
            for message in messages:
                await receiver.complete_message(message)
            await nothing(receiver)

    bus.run(scenario)


def test_the_next_available_session_and_waiting_for_one(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        with pytest.raises(OperationTimeoutError):
            async with client.get_queue_receiver(
                "next", session_id=NEXT_AVAILABLE_SESSION, max_wait_time=0.3
            ):
                pass

        async def accept() -> list[str]:
            async with client.get_queue_receiver("next", session_id=NEXT_AVAILABLE_SESSION) as receiver:
                [message] = await take(receiver)
                await receiver.complete_message(message)
                return [str(receiver.session.session_id), str(message)]

        waiting = [asyncio.create_task(accept()) for _ in range(2)]
        await send(client, "next", ("one", "1"), ("two", "2"))
        assert sorted(await asyncio.gather(*waiting)) == [["one", "1"], ["two", "2"]]

    bus.run(scenario)


def test_state_is_kept_with_the_session(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_queue_receiver("state", session_id="s") as receiver:
            assert await receiver.session.get_state() is None
            await receiver.session.set_state(b"step 1")
        async with client.get_queue_receiver("state", session_id="s") as receiver:
            assert await receiver.session.get_state() == b"step 1"
            before = receiver.session.locked_until_utc
            assert before is not None
            assert await receiver.session.renew_lock() > before
            await receiver.session.set_state(None)
            assert await receiver.session.get_state() is None

    bus.run(scenario)


def test_a_session_lock_that_runs_out_is_lost_and_counts_as_a_delivery(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        await send(client, "short", ("s", "m"))
        async with client.get_queue_receiver("short", session_id="s") as receiver:
            [message] = await take(receiver)
            await asyncio.sleep(1.3)  # the lock's duration is what is tested
            with pytest.raises((SessionLockLostError, ServiceBusError)):
                await receiver.complete_message(message)
        async with client.get_queue_receiver("short", session_id="s") as receiver:
            [message] = await take(receiver)
            assert message.delivery_count == 1
            await receiver.complete_message(message)

    bus.run(scenario)


def test_closing_a_receiver_frees_the_session_without_counting(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        await send(client, "closed", ("s", "m"))
        for _ in range(2):
            async with client.get_queue_receiver("closed", session_id="s") as receiver:
                [message] = await take(receiver)
                assert message.delivery_count == 0

    bus.run(scenario)


def test_deferring_in_a_session(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        await send(client, "deferred", ("s", "m"))
        async with client.get_queue_receiver("deferred", session_id="s") as receiver:
            [message] = await take(receiver)
            await receiver.defer_message(message)
            [message] = await receiver.receive_deferred_messages(message.sequence_number or 0)
            await receiver.complete_message(message)
            assert await receiver.peek_messages() == []

    bus.run(scenario)


def test_peeking_in_a_session_shows_that_session(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        await send(client, "lists", ("a", "1"), ("b", "2"))
        async with client.get_queue_receiver("lists", session_id="b") as receiver:
            assert texts(await receiver.peek_messages(max_message_count=5)) == ["2"]

    bus.run(scenario)


def test_what_does_not_fit_the_entity_is_refused(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_queue_sender("order") as sender:
            with pytest.raises(ServiceBusError, match="SessionId was not set"):
                await sender.send_messages(ServiceBusMessage("no session"))
        with pytest.raises(ServiceBusError, match="requires sessions"):
            async with client.get_queue_receiver("order"):
                pass
        with pytest.raises(ServiceBusError, match="does not require sessions"):
            async with client.get_queue_receiver("plain", session_id="s"):
                pass

    bus.run(scenario)
