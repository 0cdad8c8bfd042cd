"""A host killed while functions hold storage queue messages loses none of them."""

from pathlib import Path

from tests.conformance.functions_host.harness import APPS, HostProcess
from tests.conformance.functions_host.queues import TestQueue, lines, wait_until


def test_a_message_held_by_a_killed_host_is_delivered_again(azurite_queues: str, tmp_path: Path) -> None:
    environment = {"MARKS": str(tmp_path), "QUEUES": azurite_queues, "IN_QUEUE": "unused-by-kill"}
    queue, marks = TestQueue(azurite_queues, "hanging"), tmp_path / "hanging"
    host = HostProcess(APPS / "queues", tmp_path / "data", environment).start()
    try:
        message_id = queue.send(b"precious")
        wait_until(lambda: len(lines(marks)) == 1, "the first delivery")
        host.kill()
        assert queue.length() == 1
        # Instead of waiting for the ten minutes of the lease, as the service itself would.
        _, receipt, _ = lines(marks)[0].split()
        queue.end_lease(message_id, receipt)
        host.start()
        wait_until(lambda: len(lines(marks)) == 2, "the second delivery")
        assert lines(marks)[1].split()[0::2] == [message_id, "2"]
        wait_until(lambda: queue.length() == 0, "the message's end")
    finally:
        host.close()


def test_a_stopped_host_gives_its_messages_back(azurite_queues: str, tmp_path: Path) -> None:
    environment = {"MARKS": str(tmp_path), "QUEUES": azurite_queues, "IN_QUEUE": "unused-by-stop"}
    queue, marks = TestQueue(azurite_queues, "hanging"), tmp_path / "hanging"
    host = HostProcess(APPS / "queues", tmp_path / "data", environment).start()
    try:
        queue.send(b"precious")
        wait_until(lambda: len(lines(marks)) == 1, "the first delivery")
        assert host.stop() == 0
        assert "Traceback" not in host.log()
        host.start()
        wait_until(lambda: queue.length() == 0, "the message's end")
        assert [line.split()[2] for line in lines(marks)] == ["1", "2"]
    finally:
        host.close()
