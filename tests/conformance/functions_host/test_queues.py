"""Storage queue triggers and outputs against a real Azurite."""

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.queues import TestQueue, lines, wait_until

Queue = Callable[[str], TestQueue]


@pytest.fixture(scope="module")
def host(azurite_queues: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    marks = tmp_path_factory.mktemp("marks")
    environment = {"MARKS": str(marks), "QUEUES": azurite_queues, "IN_QUEUE": "incoming"}
    host = HostProcess(APPS / "queues", tmp_path_factory.mktemp("queues"), environment)
    try:
        yield host.start()
    finally:
        host.close()


@pytest.fixture(scope="module")
def queue(azurite_queues: str) -> Queue:
    return lambda name: TestQueue(azurite_queues, name)


def marks(host: HostProcess, name: str) -> list[str]:
    return lines(Path(host.environment["MARKS"]) / name)


@pytest.mark.parametrize("body", [b'{"a": 1}', "grüße & <b>".encode(), b"\x00\xff"])
def test_the_function_sees_body_and_metadata_and_the_message_is_deleted(
    host: HostProcess, queue: Queue, body: bytes
) -> None:
    message_id = queue("incoming").send(body)
    (content,) = queue("described").take(1)
    assert json.loads(base64.b64decode(content)) == {
        "id": message_id,
        "body": body.hex(),
        "dequeueCount": 1,
        "days": 7,
        "leased": True,
        "receipt": True,
    }
    wait_until(lambda: queue("incoming").length() == 0, "the message's end")


def test_a_failing_message_goes_to_the_poison_queue_after_the_last_delivery(
    host: HostProcess, queue: Queue
) -> None:
    queue("failing").send(b"bad")
    assert queue("failing-poison").take(1) == [base64.b64encode(b"bad").decode()]
    assert marks(host, "fails") == ["bad 1", "bad 2", "bad 3"]
    wait_until(lambda: queue("failing").length() == 0, "the message's end")


def test_a_message_that_failed_once_is_delivered_again(host: HostProcess, queue: Queue) -> None:
    queue("recovering").send(b"x")
    wait_until(lambda: marks(host, "recovering") == ["1", "2"], "two deliveries")
    wait_until(lambda: queue("recovering").length() == 0, "the message's end")


def test_what_is_not_base64_is_poison_at_once(host: HostProcess, queue: Queue) -> None:
    queue("recovering").send_raw("plain text")
    assert queue("recovering-poison").take(1) == ["plain text"]


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("text", ["grüße".encode()]),
        ("bytes", [b"\x00\xff"]),
        ("list", [b"one", b"two"]),
        ("object", [b'{"id": null, "body": "in an object"}']),
    ],
)
def test_outputs_arrive_in_a_queue_that_is_created(
    host: HostProcess, queue: Queue, how: str, expected: list[bytes]
) -> None:
    assert host.client.get(f"/api/send/{how}").text == "sent"
    assert [base64.b64decode(content) for content in queue("sent").take(len(expected))] == expected
