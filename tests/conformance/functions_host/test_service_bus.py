"""Service Bus triggers and outputs against a real local Service Bus."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.queues import lines, wait_until
from tests.conformance.functions_host.token_endpoint import running_token_endpoint
from tests.conformance.service_bus.harness import BusProcess, entities, queue, take, texts

ENTITIES = entities(
    *(queue(name) for name in ("in", "described", "batches")),
    queue("failing", MaxDeliveryCount=3),
    queue("slow", LockDuration="PT3S"),
    queue("kept", LockDuration="PT1S", MaxDeliveryCount=2),
    queue("sessions", RequiresSession=True),
    topics=[{"Name": "events", "Subscriptions": [{"Name": "kiln"}, {"Name": "witness"}]}],
)
Send = Callable[..., None]


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BusProcess]:
    started = BusProcess(tmp_path_factory.mktemp("bus"), ENTITIES).start()
    yield started
    started.close()


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("marks")


@pytest.fixture(scope="module")
def host(bus: BusProcess, marks: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    with running_token_endpoint() as identity:
        environment = {
            "BUS": bus.connection,
            "IDENTITY__fullyQualifiedNamespace": bus.address,
            "MARKS": str(marks),
            "IN_QUEUE": "in",
            "AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential",
            **identity,
        }
        started = HostProcess(APPS / "service_bus", tmp_path_factory.mktemp("host"), environment)
        yield started.start()
        started.close()


def send(bus: BusProcess, name: str, *messages: ServiceBusMessage) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_queue_sender(name) as sender:
            await sender.send_messages(list(messages))

    bus.run(scenario)


def receive(bus: BusProcess, name: str, count: int = 1, sub_queue: str | None = None) -> list[str]:
    async def scenario(client: ServiceBusClient) -> list[str]:
        async with client.get_queue_receiver(name, sub_queue=sub_queue) as receiver:
            messages = await take(receiver, count, seconds=30)
            for message in messages:
                await receiver.complete_message(message)
            return texts(messages)

    return bus.run(scenario)


def empty(bus: BusProcess, name: str) -> bool:
    async def scenario(client: ServiceBusClient) -> bool:
        async with client.get_queue_receiver(name) as receiver:
            return await receiver.peek_messages(sequence_number=1) == []

    return bus.run(scenario)


def test_a_message_arrives_with_its_metadata_and_the_result_goes_out(
    host: HostProcess, bus: BusProcess
) -> None:
    properties = {"kind": "x", "n": 2}
    send(
        bus,
        "in",
        ServiceBusMessage(
            b"\xff\x00",
            message_id="m",
            subject="s",
            content_type="c",
            application_properties=dict(properties),
        ),
    )
    [described] = receive(bus, "described")
    assert json.loads(described) == {
        "id": "m",
        "body": "ff00",
        "deliveryCount": 1,
        "properties": properties,
        "subject": "s",
        "contentType": "c",
        "sequenceNumber": 1,
        "enqueued": True,
        "locked": True,
    }
    wait_until(lambda: empty(bus, "in"), "the message's completion")


def test_failures_are_counted_and_end_in_the_dead_letter_queue(
    host: HostProcess, bus: BusProcess, marks: Path
) -> None:
    send(bus, "failing", ServiceBusMessage("bad"))
    assert receive(bus, "failing", sub_queue="deadletter") == ["bad"]
    assert lines(marks / "fails") == ["bad 1", "bad 2", "bad 3"]


def test_the_lock_is_renewed_while_the_function_runs(host: HostProcess, bus: BusProcess, marks: Path) -> None:
    send(bus, "slow", ServiceBusMessage("m"))
    wait_until(lambda: lines(marks / "slow") == ["1"] and empty(bus, "slow"), "one long run")
    assert lines(marks / "slow") == ["1"]


def test_a_batch_is_one_invocation(host: HostProcess, bus: BusProcess, marks: Path) -> None:
    send(bus, "batches", *(ServiceBusMessage(body, message_id=f"id-{body}") for body in ("a", "b", "c")))
    wait_until(lambda: empty(bus, "batches"), "the batch")
    assert lines(marks / "batches") == ["a:id-a:1 b:id-b:1 c:id-c:1"]


def test_sessions_are_handled_in_order(host: HostProcess, bus: BusProcess, marks: Path) -> None:
    messages = [ServiceBusMessage(str(n), session_id=name) for n in range(3) for name in ("a", "b", "c")]
    for message in messages:  # a batch has one session
        send(bus, "sessions", message)
    wait_until(lambda: len(lines(marks / "sessions")) == 9, "nine messages of three sessions", 40)
    done = lines(marks / "sessions")
    for name in ("a", "b", "c"):
        assert [line for line in done if line.startswith(name)] == [f"{name} {n}" for n in range(3)]


def test_without_auto_complete_the_message_comes_again(
    host: HostProcess, bus: BusProcess, marks: Path
) -> None:
    send(bus, "kept", ServiceBusMessage("m"))
    assert receive(bus, "kept", sub_queue="deadletter") == ["m"]
    assert lines(marks / "kept") == ["1", "2"]


def test_topic_output_reaches_a_topic_trigger_with_an_identity(
    host: HostProcess, bus: BusProcess, marks: Path
) -> None:
    assert host.client.get("/api/publish/one").text == "sent"
    assert host.client.get("/api/publish/two").text == "sent"
    wait_until(lambda: sorted(lines(marks / "events")) == ["one", "two"], "both events")
