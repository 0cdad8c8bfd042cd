"""Queues: sending, receiving, every way to settle, locks, time to live, duplicates, peeking."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusMessageState,
    ServiceBusReceiveMode,
    ServiceBusSubQueue,
)
from azure.servicebus.aio import AutoLockRenewer
from azure.servicebus.aio import ServiceBusClient as AioClient
from azure.servicebus.exceptions import MessageLockLostError, MessageNotFoundError, MessageSizeExceededError

from tests.conformance.service_bus.harness import BusProcess, entities, nothing, queue, take, texts

NAMES = (
    "order",
    "metadata",
    "facts",
    "deletes",
    "complete",
    "abandon",
    "reject",
    "defer",
    "peek",
    "batch",
    "large",
    "two",
    "sync",
    "released",
)
ENTITIES = entities(
    *(queue(name) for name in NAMES),
    queue("short", LockDuration="PT1S", MaxDeliveryCount=2),
    queue("renewed", LockDuration="PT3S"),
    queue("expiring", DefaultMessageTimeToLive="PT0.2S", DeadLetteringOnMessageExpiration=True),
    queue("dropping"),
    queue("unique", RequiresDuplicateDetection=True, DuplicateDetectionHistoryTimeWindow="PT20S"),
)


async def send(client: AioClient, name: str, *messages: str | ServiceBusMessage) -> None:
    async with client.get_queue_sender(name) as sender:
        await sender.send_messages(
            [m if isinstance(m, ServiceBusMessage) else ServiceBusMessage(m) for m in messages]
        )


def test_messages_come_in_order_and_complete_removes_them(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "order", *(str(n) for n in range(20)))
        async with client.get_queue_receiver("order") as receiver:
            messages = await take(receiver, 20)
            assert texts(messages) == [str(n) for n in range(20)]
            assert [message.sequence_number for message in messages] == list(range(1, 21))
            for message in messages:
                await receiver.complete_message(message)
            await nothing(receiver)

    bus.run(scenario)


def test_all_that_a_sender_sets_arrives(bus: BusProcess) -> None:
    described = {"subject": "s", "content_type": "application/x", "correlation_id": "c", "to": "t"}
    addressed = {"reply_to": "r", "reply_to_session_id": "rs", "partition_key": "p", "session_id": "p"}
    properties = {"text": "ü", "number": 7, "big": 2**30, "flag": True, "real": 1.5, "id": uuid.UUID(int=5)}
    sent = ServiceBusMessage(
        b"\x00\xffbody",
        message_id="m-1",
        time_to_live=timedelta(hours=1),
        application_properties=properties,
        **described,
        **addressed,
    )

    async def scenario(client: AioClient) -> None:
        await send(client, "metadata", sent)
        async with client.get_queue_receiver("metadata") as receiver:
            [got] = await take(receiver)
            assert b"".join(got.body) == b"\x00\xffbody"
            assert (got.message_id, got.time_to_live) == ("m-1", timedelta(hours=1))
            everything = {**described, **addressed}
            assert {name: getattr(got, name) for name in everything} == everything
            wanted = {name.encode(): value for name, value in {**properties, "text": "ü".encode()}.items()}
            assert got.application_properties == wanted
            await receiver.complete_message(got)

    bus.run(scenario)


def test_what_the_bus_says_of_a_message(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        before = datetime.now(UTC) - timedelta(seconds=1)
        await send(client, "facts", "x")
        async with client.get_queue_receiver("facts") as receiver:
            [got] = await take(receiver)
            assert got.enqueued_time_utc is not None
            assert before < got.enqueued_time_utc <= datetime.now(UTC)
            assert (got.delivery_count, got.state) == (0, ServiceBusMessageState.ACTIVE)
            assert got.locked_until_utc is not None
            assert got.locked_until_utc > datetime.now(UTC) + timedelta(seconds=50)
            await receiver.complete_message(got)

    bus.run(scenario)


def test_receive_and_delete(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "deletes", "a", "b")
        mode = ServiceBusReceiveMode.RECEIVE_AND_DELETE
        async with client.get_queue_receiver("deletes", receive_mode=mode) as receiver:
            assert texts(await take(receiver, 2)) == ["a", "b"]
        async with client.get_queue_receiver("deletes") as receiver:
            await nothing(receiver)

    bus.run(scenario)


def test_an_abandoned_message_comes_again_with_its_count(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "abandon", "m")
        async with client.get_queue_receiver("abandon") as receiver:
            for count in range(3):
                [message] = await take(receiver)
                assert message.delivery_count == count
                await receiver.abandon_message(message)

    bus.run(scenario)


def test_dead_lettering_keeps_reason_and_source_and_the_sub_queue_is_a_queue(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "reject", ServiceBusMessage("bad", application_properties={"kept": 1}))
        async with client.get_queue_receiver("reject") as receiver:
            [message] = await take(receiver)
            await receiver.dead_letter_message(message, reason="Poison", error_description="cannot be read")
            await nothing(receiver)
        async with client.get_queue_receiver("reject", sub_queue=ServiceBusSubQueue.DEAD_LETTER) as dead:
            [message] = await take(dead)
            assert (message.dead_letter_reason, message.dead_letter_error_description) == (
                "Poison",
                "cannot be read",
            )
            assert message.dead_letter_source == "reject"
            assert message.application_properties is not None
            assert message.application_properties[b"kept"] == 1
            await dead.complete_message(message)
            await nothing(dead)

    bus.run(scenario)


def test_deferred_messages_are_received_by_their_number_alone(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "defer", "later", "now")
        async with client.get_queue_receiver("defer") as receiver:
            later, now = await take(receiver, 2)
            number = later.sequence_number or 0
            await receiver.defer_message(later)
            await receiver.complete_message(now)
            await nothing(receiver)
            [message] = await receiver.receive_deferred_messages(number)
            assert (str(message), message.state) == ("later", ServiceBusMessageState.DEFERRED)
            with pytest.raises(MessageNotFoundError):
                await receiver.receive_deferred_messages(number)  # it is locked
            await receiver.abandon_message(message)
            [message] = await receiver.receive_deferred_messages([number])
            await receiver.complete_message(message)
            with pytest.raises(MessageNotFoundError):
                await receiver.receive_deferred_messages(number)

    bus.run(scenario)


def test_a_lock_that_ends_counts_and_at_the_maximum_the_message_is_dead_lettered(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "short", "m")
        async with client.get_queue_receiver("short") as receiver:
            [first] = await take(receiver)
            [second] = await take(receiver)  # waits for the first lock's end
            assert (first.delivery_count, second.delivery_count) == (0, 1)
            with pytest.raises(MessageLockLostError):
                await receiver.renew_message_lock(first)
        async with client.get_queue_receiver("short", sub_queue="deadletter") as dead:
            [message] = await take(dead)
            assert message.dead_letter_reason == "MaxDeliveryCountExceeded"
            await dead.complete_message(message)

    bus.run(scenario)


def test_a_renewed_lock_lasts(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "renewed", "m")
        async with client.get_queue_receiver("renewed") as receiver, AutoLockRenewer() as renewer:
            [message] = await take(receiver)
            until = message.locked_until_utc
            assert until is not None
            assert await receiver.renew_message_lock(message) > until
            renewer.register(receiver, message, max_lock_renewal_duration=30)
            await asyncio.sleep(3.5)  # real time is what is tested: more than the lock's duration
            await receiver.complete_message(message)
            await nothing(receiver)

    bus.run(scenario)


def test_time_to_live_of_queue_and_message(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "expiring", "old")
        async with client.get_queue_receiver("expiring", sub_queue="deadletter") as dead:
            [message] = await take(dead)
            assert message.dead_letter_reason == "TTLExpiredException"
            await dead.complete_message(message)
        mortal = ServiceBusMessage("gone", time_to_live=timedelta(milliseconds=100))
        await send(client, "dropping", mortal, "stays")
        await asyncio.sleep(0.2)
        async with client.get_queue_receiver("dropping") as receiver:
            [message] = await take(receiver)
            assert str(message) == "stays"
            await receiver.complete_message(message)

    bus.run(scenario)


def test_a_message_id_is_taken_once_within_the_window(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        for body in ("first", "copy"):
            await send(client, "unique", ServiceBusMessage(body, message_id="same"))
        await send(client, "unique", ServiceBusMessage("other", message_id="other"))
        async with client.get_queue_receiver("unique") as receiver:
            messages = await take(receiver, 2)
            assert texts(messages) == ["first", "other"]
            for message in messages:
                await receiver.complete_message(message)
            await nothing(receiver)
        await send(client, "unique", ServiceBusMessage("again", message_id="same"))
        async with client.get_queue_receiver("unique") as receiver:
            await nothing(receiver)  # completing a message does not forget its id

    bus.run(scenario)


def test_peeking_shows_every_state_and_locks_nothing(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "peek", "deferred", "locked", "active")
        async with client.get_queue_sender("peek") as sender:
            await sender.schedule_messages(
                ServiceBusMessage("scheduled"), datetime.now(UTC) + timedelta(hours=1)
            )
        async with client.get_queue_receiver("peek") as receiver:
            deferred, _locked = await take(receiver, 2)
            await receiver.defer_message(deferred)
            peeked = await receiver.peek_messages(max_message_count=10, sequence_number=1)
            assert texts(peeked) == ["deferred", "locked", "active", "scheduled"]
            assert [message.state for message in peeked] == [
                ServiceBusMessageState.DEFERRED,
                ServiceBusMessageState.ACTIVE,
                ServiceBusMessageState.ACTIVE,
                ServiceBusMessageState.SCHEDULED,
            ]
            assert texts(await receiver.peek_messages(max_message_count=1, sequence_number=3)) == ["active"]
            assert texts(await take(receiver)) == ["active"]

    bus.run(scenario)


def test_a_batch_is_many_messages_and_a_body_that_looks_like_one_is_not(bus: BusProcess) -> None:
    lookalike = b"\x00\x53\x75\xa0\x02hi!"

    async def scenario(client: AioClient) -> None:
        async with client.get_queue_sender("batch") as sender:
            batch = await sender.create_message_batch()
            for n in range(100):
                batch.add_message(ServiceBusMessage(str(n), message_id=f"id{n}", subject="s"))
            await sender.send_messages(batch)
            await sender.send_messages(ServiceBusMessage(lookalike))
        async with client.get_queue_receiver("batch") as receiver:
            messages = await take(receiver, 101)
            assert texts(messages[:100]) == [str(n) for n in range(100)]
            assert [message.message_id for message in messages[:2]] == ["id0", "id1"]
            assert b"".join(messages[100].body) == lookalike

    bus.run(scenario)


def test_a_message_over_256_kib_is_refused_and_one_below_passes(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "large", ServiceBusMessage(b"x" * 250_000))
        with pytest.raises(MessageSizeExceededError):
            await send(client, "large", ServiceBusMessage(b"x" * 270_000))
        async with client.get_queue_receiver("large") as receiver:
            [message] = await take(receiver)
            assert len(b"".join(message.body)) == 250_000

    bus.run(scenario)


def test_two_receivers_share_a_queue(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        async with client.get_queue_receiver("two") as one, client.get_queue_receiver("two") as other:
            waiting = [asyncio.create_task(take(receiver, 5)) for receiver in (one, other)]
            await send(client, "two", *(str(n) for n in range(10)))
            halves = await asyncio.gather(*waiting)
            assert sorted(texts(halves[0]) + texts(halves[1])) == [str(n) for n in range(10)]

    bus.run(scenario)


def test_what_a_closing_receiver_has_prefetched_is_released_uncounted(bus: BusProcess) -> None:
    async def scenario(client: AioClient) -> None:
        await send(client, "released", "1", "2", "3")
        async with client.get_queue_receiver("released", prefetch_count=10) as receiver:
            [message] = await take(receiver)
            await receiver.complete_message(message)
        async with client.get_queue_receiver("released") as receiver:
            messages = await take(receiver, 2)
            assert [(str(m), m.delivery_count) for m in messages] == [("2", 0), ("3", 0)]

    bus.run(scenario)


def test_the_synchronous_client(bus: BusProcess) -> None:
    with ServiceBusClient.from_connection_string(bus.connection) as client:
        with client.get_queue_sender("sync") as sender:
            sender.send_messages([ServiceBusMessage("a"), ServiceBusMessage("b"), ServiceBusMessage("c")])
        with client.get_queue_receiver("sync", await_settlement_outcome=True) as receiver:
            a, b, c = receiver.receive_messages(max_message_count=3, max_wait_time=10)
            receiver.complete_message(a)
            receiver.abandon_message(b)
            receiver.dead_letter_message(c, reason="why")
            [b] = receiver.receive_messages(max_message_count=3, max_wait_time=10)
            receiver.defer_message(b)
            [b] = receiver.receive_deferred_messages(b.sequence_number or 0)
            receiver.complete_message(b)
            assert receiver.peek_messages() == []
