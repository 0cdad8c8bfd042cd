"""Storage queue messages on the wire, what becomes of them, and the settings that name a queue."""

import asyncio
from typing import cast

import pytest
from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.functions_host.config import QueueOptions
from local.functions_host.errors import FunctionFailedError, LoadError
from local.functions_host.functions import FunctionMetadata
from local.functions_host.invoker import Invoker
from local.functions_host.queue_delivery import QueueDelivery
from local.functions_host.queue_message import decode, encode
from local.functions_host.queue_storage import QueueAddress
from local.functions_host.queue_trigger import Outcome, QueueTrigger

CONNECTION = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=a2V5;EndpointSuffix=core.windows.net"


class FakeInvoker:
    def __init__(self, fails: bool) -> None:
        self.fails, self.calls = fails, 0

    async def invoke(self, *_: object) -> None:
        self.calls += 1
        if self.fails:
            raise FunctionFailedError("ValueError: no", "")


class FakeQueue:
    """Hands out a new pop receipt for each update, and accepts only the latest."""

    def __init__(self, failures: int = 0) -> None:
        self.receipt, self.failures, self.deleted = 0, failures, False
        self.renewed_twice = asyncio.Event()

    async def update_message(self, _: str, receipt: str, *, visibility_timeout: int) -> QueueMessage:
        if self.failures:
            self.failures -= 1
            raise AzureError("busy")
        assert receipt == str(self.receipt)
        self.receipt += 1
        if self.receipt == 2:
            self.renewed_twice.set()
        return message("", pop_receipt=str(self.receipt))

    async def delete_message(self, _: str, receipt: str) -> None:
        assert receipt == str(self.receipt)
        self.deleted = True


def message(content: str, dequeue_count: int = 1, pop_receipt: str = "0") -> QueueMessage:
    made = QueueMessage(content=content)
    made.id, made.dequeue_count, made.pop_receipt = "m1", dequeue_count, pop_receipt
    return made


@pytest.mark.parametrize(
    ("content", "fails", "deliveries", "outcome", "calls"),
    [
        ("aGk=", False, 1, Outcome.SUCCEEDED, 1),
        ("aGk=", True, 4, Outcome.FAILED, 1),
        ("aGk=", True, 5, Outcome.POISON, 1),
        ("aGk=", False, 6, Outcome.POISON, 0),
        ("not base64", False, 1, Outcome.POISON, 0),
    ],
)
def test_what_becomes_of_a_message(
    content: str, fails: bool, deliveries: int, outcome: Outcome, calls: int
) -> None:
    binding = {"type": "queueTrigger", "name": "msg", "queueName": "q-1", "connection": "Q"}
    invoker = FakeInvoker(fails)
    trigger = QueueTrigger(
        FunctionMetadata("f", [binding]),  # type: ignore[list-item]
        cast("Invoker", invoker),
        {"Q": CONNECTION},
        QueueOptions(),
    )
    assert asyncio.run(trigger.process(message(content, deliveries))) is outcome
    assert invoker.calls == calls


@pytest.mark.parametrize("failures", [0, 2])
def test_the_lease_is_renewed_and_the_latest_receipt_settles(failures: int) -> None:
    async def scenario() -> bool:
        queue = FakeQueue(failures)
        delivery = QueueDelivery(message("aGk="), cast("QueueClient", queue), cast("QueueClient", None))
        async with delivery.leased(lease_seconds=0.01):
            await queue.renewed_twice.wait()
        await delivery.complete()
        return queue.deleted

    assert asyncio.run(scenario())


@pytest.mark.parametrize("encoding", ["base64", "none"])
def test_texts_come_back_as_they_were(encoding: str) -> None:
    assert decode(encode("grüße", encoding), encoding) == "grüße".encode()
    assert decode(encode(b"x", encoding), encoding) == b"x"


def test_bytes_that_are_no_text_need_base64() -> None:
    assert decode(encode(b"\xff", "base64"), "base64") == b"\xff"
    with pytest.raises(ValueError, match="utf-8"):
        encode(b"\xff", "none")


@pytest.mark.parametrize(
    ("queue", "settings", "reason"),
    [
        ("Upper", {"Q": CONNECTION}, "'Upper' is not a queue name"),
        ("a--b", {"Q": CONNECTION}, "'a--b' is not a queue name"),
        ("good", {}, "the app setting 'Q' with the storage connection string is not set"),
        ("good", {"Q": "nonsense"}, "the app setting 'Q' is no storage connection string"),
    ],
)
def test_a_wrong_queue_or_connection_names_the_place(
    queue: str, settings: dict[str, str], reason: str
) -> None:
    with pytest.raises(LoadError) as refused:
        QueueAddress("function 'f'", {"queueName": queue, "connection": "Q"}, settings)
    assert str(refused.value).startswith("function 'f': ")
    assert reason in str(refused.value)


def test_the_emulators_short_form_and_the_prefixed_default_setting() -> None:
    address = QueueAddress(
        "f", {"queueName": "good", "connection": ""}, {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    )
    assert address.client("-poison").url == "http://127.0.0.1:10001/devstoreaccount1/good-poison"
