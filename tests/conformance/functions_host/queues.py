"""Azurite's queue service on a free port, and what tests do with queues."""

import base64
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient

REPOSITORY = Path(__file__).parents[3]
ACCOUNT = "devstoreaccount1"
# Azurite's published development key.
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def find_azurite() -> str | None:
    """Azurite's queue service as `./kiln` installs it, or one on PATH; None if there is no Node to run it."""
    own = Path(os.environ.get("KILN_HOME", REPOSITORY / ".kiln")) / "npm/node_modules/.bin/azurite-queue"
    if shutil.which("node") is None:
        return None
    return str(own) if own.exists() else shutil.which("azurite-queue")


@contextmanager
def running_azurite(folder: Path, program: str) -> Iterator[str]:
    """Yields the connection string."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    flags = ["--silent", "--skipApiVersionCheck", "--disableProductStyleUrl", "--disableTelemetry"]
    command = [program, "--queuePort", str(port), "--location", str(folder), *flags]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(port, process)
        endpoint = f"QueueEndpoint=http://127.0.0.1:{port}/{ACCOUNT};"
        yield f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};{endpoint}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)  # Azurite says nothing when it is ready.
        else:
            return
    raise RuntimeError(f"Azurite did not listen on port {port}")


class TestQueue:
    """A queue seen from outside the host; contents are the raw texts of the wire."""

    __test__ = False

    def __init__(self, connection: str, name: str) -> None:
        self._connection, self._name = connection, name

    def _client(self) -> QueueClient:
        return QueueClient.from_connection_string(self._connection, self._name)

    def send(self, body: bytes) -> str:
        return self.send_raw(base64.b64encode(body).decode())

    def send_raw(self, content: str) -> str:
        """Returns the message's id."""
        with self._client() as client:
            try:
                return str(client.send_message(content).id)
            except ResourceNotFoundError:
                client.create_queue()
                return str(client.send_message(content).id)

    def length(self) -> int:
        """How many messages there are, the leased ones included."""
        with self._client() as client:
            return int(client.get_queue_properties().approximate_message_count or 0)

    def take(self, count: int) -> list[str]:
        """Waits for so many messages, removes and returns them."""
        taken: list[str] = []
        wait_until(lambda: len(self._take_into(taken)) >= count, f"{count} messages, got {taken}")
        return taken

    def _take_into(self, taken: list[str]) -> list[str]:
        with self._client() as client:
            try:
                for message in client.receive_messages():
                    taken.append(str(message.content))
                    client.delete_message(message)
            except ResourceNotFoundError:
                pass
        return taken

    def end_lease(self, message_id: str, pop_receipt: str) -> None:
        with self._client() as client:
            client.update_message(message_id, pop_receipt, visibility_timeout=0)


def wait_until(true: Callable[[], bool], what: str, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"still waiting for {what}"
        time.sleep(0.02)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []
