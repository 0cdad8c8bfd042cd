"""Kiln's API with a scripted run behind it, on a loopback port."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cli.json_types import Json


@dataclass
class Service:
    """Each GET of the run answers with the next of `states`, the last one for ever."""

    states: list[Json] = field(default_factory=list)
    log: bytes = b""
    refusal: Json | None = None
    received: list[tuple[str, str, Json | None]] = field(default_factory=list)
    url: str = ""

    def state(self) -> Json:
        return self.states.pop(0) if len(self.states) > 1 else self.states[0]


class Handler(BaseHTTPRequestHandler):
    service: Service

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.service.received.append(("GET", self.path, None))
        if path == "/api/builds":
            self._json(200, {"value": self.service.states})
        elif path.endswith("/logs"):
            self._log(int(query.removeprefix("offset=")))
        elif path.endswith("/missing"):
            self._json(404, {"error": {"code": "RunNotFound", "message": "there is no run missing"}})
        else:
            self._json(200, self.service.state())

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        self.service.received.append(("POST", self.path, body))
        if self.service.refusal:
            self._json(400, self.service.refusal)
        else:
            self._json(202, self.service.states[0])

    def log_message(self, *_: object) -> None: ...

    def _log(self, offset: int) -> None:
        rest = self.service.log[offset:]
        self.send_response(200)
        self.send_header("x-kiln-next-offset", str(offset + len(rest)))
        self.send_header("x-kiln-complete", "true" if len(self.service.states) == 1 else "false")
        self.send_header("content-length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest)

    def _json(self, status: int, body: Json) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def serving(service: Service) -> Iterator[Service]:
    handler = type("BoundHandler", (Handler,), {"service": service})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        service.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
