"""Starts the real host as a process on an app of `apps/` and talks to it over HTTP."""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

APPS = Path(__file__).parent / "apps"
ROOT = Path(__file__).parents[3]
WEBHOOK = "/runtime/webhooks/durabletask"


class HostProcess:
    """One run of the host; `stop`, `kill` and `start` again over the same data folder."""

    def __init__(
        self, app: Path, data: Path, environment: Mapping[str, str] | None = None, auth: bool = False
    ) -> None:
        self.app, self.data, self.auth = app, data, auth
        self.environment = {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[str] | None = None
        self.client = httpx.Client(timeout=30)

    def start(self) -> "HostProcess":
        self.data.mkdir(parents=True, exist_ok=True)
        with (self.data / "host.log").open("a") as log:
            self.process = subprocess.Popen(
                [*self.command()],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment,
            )
        line = self._first_line()
        assert line.startswith("functions host ready: "), (line, self.log()[-4000:])
        self.client.base_url = httpx.URL(line.removeprefix("functions host ready: ").strip())
        return self

    def command(self) -> list[str]:
        return [
            *(
                sys.executable,
                "-m",
                "local.functions_host",
                str(self.app),
                "--port",
                "0",
                "--data",
                str(self.data),
            ),
            *([] if self.auth else ["--no-auth"]),
        ]

    def _first_line(self, seconds: float = 30) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            assert selector.select(seconds), self.log()
        return self.process.stdout.readline()

    def log(self) -> str:
        return (self.data / "host.log").read_text()

    def kill(self) -> None:
        """SIGKILL, as a power cut of the process."""
        assert self.process is not None
        self.process.kill()
        self._reap()

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self._reap()

    def _reap(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(20)
        self.process.stdout.close()
        return code

    def close(self) -> None:
        self.client.close()
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def begin(self, name: str, data: Any = None, instance_id: str | None = None) -> str:
        path = f"{WEBHOOK}/orchestrators/{name}" + (f"/{instance_id}" if instance_id else "")
        response = self.client.post(path, json=data) if data is not None else self.client.post(path)
        assert response.status_code == 202, response.text
        return str(response.json()["id"])

    def status(self, instance_id: str, **query: str) -> dict[str, Any]:
        response = self.client.get(f"{WEBHOOK}/instances/{instance_id}", params=query)
        assert response.status_code in (200, 202), response.status_code
        body: dict[str, Any] = response.json()
        return body

    def wait(self, instance_id: str, *states: str, seconds: float = 30) -> dict[str, Any]:
        """Polls until the instance is in one of the states (by default, has ended)."""
        wanted = states or ("Completed", "Failed", "Terminated")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            status = self.status(instance_id)
            if status["runtimeStatus"] in wanted:
                return status
            time.sleep(0.01)
        raise AssertionError(f"{instance_id}: {self.status(instance_id)}\n{self.log()[-4000:]}")

    def run(self, name: str, data: Any = None) -> Any:
        """Runs an orchestration to its end; its output."""
        status = self.wait(self.begin(name, data))
        assert status["runtimeStatus"] == "Completed", status
        return status["output"]

    def raise_event(self, instance_id: str, name: str, data: Any = None) -> int:
        return self.client.post(f"{WEBHOOK}/instances/{instance_id}/raiseEvent/{name}", json=data).status_code
