"""A Service Bus message is completed when its function succeeded and abandoned when it failed."""

import asyncio
from pathlib import Path
from typing import cast

import pytest
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus._pyamqp.message import Message, Properties

from local.functions_host.config import _Section
from local.functions_host.errors import FunctionFailedError, LoadError
from local.functions_host.functions import FunctionMetadata
from local.functions_host.invoker import Invoker
from local.functions_host.service_bus_connection import ServiceBusConnection, find_connection
from local.functions_host.service_bus_delivery import ServiceBusDelivery
from local.functions_host.service_bus_metadata import batch_metadata, trigger_metadata
from local.functions_host.service_bus_options import ServiceBusOptions, read_service_bus_options
from local.functions_host.typed_data import Named
from local.functions_host.worker_process import InvocationResult


class FakeInvoker:
    """Fails the first `failures` invocations."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.data: list[Named] = []

    async def invoke(
        self, function: object, data: Named, metadata: Named, context: object
    ) -> InvocationResult:
        self.data.append(data)
        if len(self.data) <= self.failures:
            raise FunctionFailedError("ValueError: no", "")
        return InvocationResult(None, {})


class FakeReceiver:
    """Remembers how each message was settled."""

    def __init__(self) -> None:
        self.settled: list[str] = []

    async def complete_message(self, message: ServiceBusReceivedMessage) -> None:
        self.settled.append("completed")

    async def abandon_message(self, message: ServiceBusReceivedMessage) -> None:
        self.settled.append("abandoned")


def delivery(invoker: FakeInvoker, *, auto_complete: bool = True) -> ServiceBusDelivery:
    binding = {"type": "serviceBusTrigger", "name": "msg", "queueName": "q", "connection": "BUS"}
    retry = {"strategy": "fixed_delay", "max_retry_count": "1", "delay_interval": "00:00:00"}
    function = FunctionMetadata("f", [binding], retry)  # type: ignore[list-item, arg-type]
    return ServiceBusDelivery(function, cast("Invoker", invoker), auto_complete=auto_complete)


def message() -> ServiceBusReceivedMessage:
    """As the client hands it out: names and texts of the wire are bytes."""
    received = Message(
        properties=Properties(message_id=b"m1", content_type=b"application/json"),
        application_properties={b"kind": b"x", b"n": 2},
        data=[b'{"a": 1}'],
    )
    return ServiceBusReceivedMessage(received, receiver=None, frame=[0, 0, b"\0" * 16])  # type: ignore[arg-type]


@pytest.mark.parametrize(("failures", "outcome"), [(0, "completed"), (1, "completed"), (2, "abandoned")])
def test_settlement_after_the_functions_own_retries(failures: int, outcome: str) -> None:
    invoker, receiver = FakeInvoker(failures), FakeReceiver()
    asyncio.run(delivery(invoker).one(receiver, message()))
    assert receiver.settled == [outcome]
    assert invoker.data[0] == {"msg": {"string": '{"a": 1}'}}


def test_metadata_has_the_names_the_converter_reads() -> None:
    metadata = trigger_metadata(message())
    assert metadata["MessageId"] == {"string": "m1"}
    assert metadata["ContentType"] == {"string": "application/json"}
    assert metadata["ApplicationProperties"] == {"json": '{"kind": "x", "n": 2}'}
    assert metadata["DeliveryCount"] == {"json": "1"}
    assert "UserProperties" in metadata


def test_a_batch_is_settled_as_one_and_has_metadata_in_arrays() -> None:
    for failures, outcome in ((0, "completed"), (2, "abandoned")):
        invoker, receiver = FakeInvoker(failures), FakeReceiver()
        asyncio.run(delivery(invoker).batch(receiver, [message(), message()]))
        assert receiver.settled == [outcome] * 2
        assert invoker.data[0] == {"msg": {"collection_string": ['{"a": 1}', '{"a": 1}']}}
    metadata = batch_metadata([message(), message()])
    assert metadata["MessageIdArray"] == {"json": '["m1", "m1"]'}
    assert metadata["SessionIdArray"] == {"json": "[null, null]"}


def test_without_auto_complete_only_a_failure_is_settled() -> None:
    for failures, settled in ((0, []), (2, ["abandoned"])):
        receiver = FakeReceiver()
        asyncio.run(delivery(FakeInvoker(failures), auto_complete=False).one(receiver, message()))
        assert receiver.settled == settled


def test_connection_settings() -> None:
    assert find_connection("f", {"connection": "X"}, {"AzureWebJobsX": "c"}) == ServiceBusConnection("c")
    settings = {"X__fullyQualifiedNamespace": "ns.servicebus.windows.net", "X__clientId": "id"}
    assert find_connection("f", {"connection": "X"}, settings) == ServiceBusConnection(
        "", "ns.servicebus.windows.net", "id"
    )
    with pytest.raises(LoadError, match="the app setting 'X'"):
        find_connection("f", {"connection": "X"}, {})


def options(**given: object) -> ServiceBusOptions:
    section = {"extensions": {"serviceBus": given}}
    return read_service_bus_options(
        _Section(Path("host.json"), "", section).section("extensions").section("serviceBus")
    )  # type: ignore[arg-type]


def test_host_json_settings() -> None:
    assert options() == ServiceBusOptions()
    given = options(prefetchCount=7, autoCompleteMessages=False, maxAutoLockRenewalDuration="00:01:00")
    assert (given.prefetch_count, given.auto_complete_messages, given.max_auto_lock_renewal) == (
        7,
        False,
        60.0,
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("maxConcurrentCalls", 0),
        ("minMessageBatchSize", 2_000),
        ("autoCompleteMessages", "yes"),
        ("enableCrossEntityTransactions", True),
        ("transportType", "amqpWebSockets"),
    ],
)
def test_wrong_host_json_settings_are_refused_with_their_place(setting: str, value: object) -> None:
    with pytest.raises(LoadError, match=rf"host\.json: extensions\.serviceBus\.{setting}"):
        options(**{setting: value})
