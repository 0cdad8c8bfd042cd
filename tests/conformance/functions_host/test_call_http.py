"""call_http against a small API: as a managed identity, and followed through 202 answers over a restart."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.conformance.functions_host.harness import APPS, HostProcess


class Api(ThreadingHTTPServer):
    """An identity endpoint at /identity, a resource at /data that asks for its token, and a job at /job."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[str] = []
        self.job_done = threading.Event()
        self.polled = threading.Event()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Api

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        self.server.seen.append(f"GET {target.path}")
        if target.path == "/identity":
            self._identity({name: values[0] for name, values in parse_qs(target.query).items()})
        elif target.path == "/data":
            self._answer(200, self.headers.get("Authorization", "nobody"))
        elif self.server.job_done.is_set():
            self._answer(200, "done")
        else:
            self.server.polled.set()
            self._answer(202, "", {"Location": "/job/1"})

    def do_POST(self) -> None:
        self.server.seen.append(f"POST {self.path}")
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(202, "", {"Location": "/job/1", "Retry-After": "0.01"})

    def _identity(self, query: dict[str, str]) -> None:
        if self.headers.get("X-IDENTITY-HEADER") != "secret" or query["api-version"] != "2019-08-01":
            self._answer(401, "")
        elif query["resource"] == "https://unknown":
            self._answer(400, "")
        else:
            token = {"access_token": f"for {query['resource']}", "expires_on": str(int(time.time()) + 3600)}
            self._answer(200, json.dumps(token))

    def _answer(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(text))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def api() -> Iterator[Api]:
    server = Api()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def calling(api: Api, tmp_path: Path) -> Iterator[HostProcess]:
    settings = {"IDENTITY_ENDPOINT": api.url("/identity"), "IDENTITY_HEADER": "secret"}
    host = HostProcess(APPS / "calls", tmp_path / "data", settings)
    yield host.start()
    host.close()


def test_token_source_asks_the_identity_endpoint_once(api: Api, calling: HostProcess) -> None:
    request = {"method": "GET", "url": api.url("/data"), "resource": "https://vault.azure.net"}
    assert calling.run("calls", request) == [200, "Bearer for https://vault.azure.net"]
    assert calling.run("calls", request)[0] == 200
    assert api.seen == ["GET /identity", "GET /data", "GET /data"]


def test_token_for_a_resource_nobody_knows_fails_the_task(api: Api, calling: HostProcess) -> None:
    request = {"method": "GET", "url": api.url("/data"), "resource": "https://unknown"}
    status = calling.wait(calling.begin("calls", request))
    assert status["runtimeStatus"] == "Failed"
    assert "no token for 'https://unknown': HTTP 400" in status["output"]


def test_an_accepted_request_is_polled_over_a_restart_and_not_sent_again(
    api: Api, calling: HostProcess
) -> None:
    instance = calling.begin("calls", {"method": "POST", "url": api.url("/job"), "content": "go"})
    assert api.polled.wait(20)
    calling.kill()
    calling.start()
    api.job_done.set()
    assert calling.wait(instance)["output"] == [200, "done"]
    assert api.seen.count("POST /job") == 1
