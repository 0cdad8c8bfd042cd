"""A Service Bus message is completed when its function succeeded and abandoned when it failed."""

import asyncio
from typing import cast

import pytest
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus._pyamqp.message import Message, Properties

from local.functions_host.errors import FunctionFailedError, LoadError
from local.functions_host.functions import FunctionMetadata
from local.functions_host.invoker import Invoker
from local.functions_host.service_bus import ServiceBusTrigger, connection_string
from local.functions_host.service_bus_metadata import trigger_metadata
from local.functions_host.typed_data import Named
from local.functions_host.worker_process import InvocationResult

CONNECTION = "Endpoint=sb://127.0.0.1;SharedAccessKeyName=n;SharedAccessKey=k;UseDevelopmentEmulator=true;"


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
        return InvocationResult(None)


class FakeReceiver:
    """Remembers how each message was settled."""

    def __init__(self) -> None:
        self.settled: list[str] = []

    async def complete_message(self, message: ServiceBusReceivedMessage) -> None:
        self.settled.append("completed")

    async def abandon_message(self, message: ServiceBusReceivedMessage) -> None:
        self.settled.append("abandoned")


def trigger(invoker: FakeInvoker, **extra: object) -> ServiceBusTrigger:
    binding = {"type": "serviceBusTrigger", "name": "msg", "queueName": "q", "connection": "BUS", **extra}
    retry = {"strategy": "fixed_delay", "max_retry_count": "1", "delay_interval": "00:00:00"}
    function = FunctionMetadata("f", [binding], retry)  # type: ignore[list-item, arg-type]
    return ServiceBusTrigger(function, cast("Invoker", invoker), {"BUS": CONNECTION}, 16)


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
    asyncio.run(trigger(invoker).process(receiver, message()))
    assert receiver.settled == [outcome]
    assert invoker.data[0] == {"msg": {"string": '{"a": 1}'}}


def test_metadata_has_the_names_the_converter_reads() -> None:
    metadata = trigger_metadata(message())
    assert metadata["MessageId"] == {"string": "m1"}
    assert metadata["ContentType"] == {"string": "application/json"}
    assert metadata["ApplicationProperties"] == {"json": '{"kind": "x", "n": 2}'}
    assert metadata["DeliveryCount"] == {"json": "1"}
    assert "UserProperties" in metadata


def test_sessions_and_batches_are_refused() -> None:
    for extra in ({"isSessionsEnabled": True}, {"cardinality": "MANY"}):
        with pytest.raises(LoadError, match="batches and sessions"):
            trigger(FakeInvoker(0), **extra)


def test_connection_settings() -> None:
    assert connection_string("f", {"connection": "X"}, {"AzureWebJobsX": "c"}) == "c"
    with pytest.raises(LoadError, match="the app setting 'X'"):
        connection_string("f", {"connection": "X"}, {})
