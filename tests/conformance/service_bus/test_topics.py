"""Topics: every subscription gets what one of its rules lets through."""

from datetime import UTC, datetime, timedelta
from typing import Any

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from tests.conformance.service_bus.harness import BusProcess, entities, nothing, take, texts


def subscription(name: str, *rules: dict[str, Any], **properties: Any) -> dict[str, Any]:
    named = [{"Name": f"r{at}", "Properties": rule} for at, rule in enumerate(rules)]
    return {"Name": name, "Properties": properties, "Rules": named}


def sql(expression: str, action: str | None = None) -> dict[str, Any]:
    rule: dict[str, Any] = {"FilterType": "Sql", "SqlFilter": {"SqlExpression": expression}}
    return rule | ({"Action": {"SqlExpression": action}} if action else {})


def correlation(**values: Any) -> dict[str, Any]:
    return {"FilterType": "Correlation", "CorrelationFilter": values}


ENTITIES = entities(
    topics=[
        {
            "Name": "events",
            "Subscriptions": [
                subscription("all"),
                subscription("none", {"FilterType": "False"}),
                subscription("sql", sql("kind = 'build' AND size > 10")),
                subscription("label", correlation(Label="failed")),
                subscription("property", correlation(Properties={"region": "west", "n": 3})),
                subscription("marked", sql("kind = 'build'", "SET seen = 'yes'; REMOVE size")),
            ],
        },
        {
            "Name": "unique",
            "Properties": {"RequiresDuplicateDetection": True},
            "Subscriptions": [subscription("s")],
        },
        {"Name": "later", "Subscriptions": [subscription("s")]},
    ]
)
MESSAGES = {
    "big build": ServiceBusMessage("big build", application_properties={"kind": "build", "size": 11}),
    "small build": ServiceBusMessage("small build", application_properties={"kind": "build", "size": 1}),
    "failed": ServiceBusMessage("failed", subject="failed"),
    "west 3": ServiceBusMessage("west 3", application_properties={"region": "west", "n": 3}),
    "west 4": ServiceBusMessage("west 4", application_properties={"region": "west", "n": 4}),
}
EXPECTED = {
    "all": list(MESSAGES),
    "sql": ["big build"],
    "label": ["failed"],
    "property": ["west 3"],
    "marked": ["big build", "small build"],
}


def test_each_subscription_gets_what_its_rules_let_through(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_topic_sender("events") as sender:
            await sender.send_messages(list(MESSAGES.values()))
        for name, expected in EXPECTED.items():
            async with client.get_subscription_receiver("events", name) as receiver:
                messages = await take(receiver, len(expected))
                assert texts(messages) == expected, name
                if name == "marked":
                    assert messages[0].application_properties == {b"kind": b"build", b"seen": b"yes"}
                for message in messages:
                    await receiver.complete_message(message)
                await nothing(receiver)
        async with client.get_subscription_receiver("events", "none") as receiver:
            assert await receiver.peek_messages() == []

    bus.run(scenario)


def test_a_subscription_has_a_dead_letter_queue(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_topic_sender("later") as sender:
            await sender.send_messages(ServiceBusMessage("bad"))
        async with client.get_subscription_receiver("later", "s") as receiver:
            [message] = await take(receiver)
            await receiver.dead_letter_message(message, reason="why")
        async with client.get_subscription_receiver("later", "s", sub_queue="deadletter") as dead:
            [message] = await take(dead)
            assert (message.dead_letter_reason, message.dead_letter_source) == (
                "why",
                "later/Subscriptions/s",
            )
            await dead.complete_message(message)

    bus.run(scenario)


def test_scheduling_to_a_topic_and_cancelling(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_topic_sender("later") as sender:
            soon = datetime.now(UTC) + timedelta(seconds=0.5)
            numbers = await sender.schedule_messages([ServiceBusMessage("a"), ServiceBusMessage("b")], soon)
            await sender.cancel_scheduled_messages(numbers[0])
        async with client.get_subscription_receiver("later", "s") as receiver:
            [message] = await take(receiver)
            assert (str(message), message.enqueued_sequence_number) == ("b", numbers[1])
            await receiver.complete_message(message)
            await nothing(receiver)

    bus.run(scenario)


def test_a_topic_takes_a_message_id_once(bus: BusProcess) -> None:
    async def scenario(client: ServiceBusClient) -> None:
        async with client.get_topic_sender("unique") as sender:
            for _ in range(3):
                await sender.send_messages(ServiceBusMessage("once", message_id="same"))
        async with client.get_subscription_receiver("unique", "s") as receiver:
            [message] = await take(receiver)
            await receiver.complete_message(message)
            await nothing(receiver)

    bus.run(scenario)
