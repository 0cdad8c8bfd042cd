"""A managed identity endpoint as App Service has it, for tests of connections by identity."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        expires = int(time.time()) + 3600
        claims = {"aud": "https://servicebus.azure.net", "exp": expires}
        token = jwt.encode(claims, "a secret of thirty-two characters", algorithm="HS256")
        body = {
            "access_token": token,
            "expires_on": str(expires),
            "resource": claims["aud"],
            "token_type": "Bearer",
        }
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def running_token_endpoint() -> Iterator[dict[str, str]]:
    """The environment with which the Azure SDKs find it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield {
            "IDENTITY_ENDPOINT": f"http://127.0.0.1:{server.server_address[1]}/msi/token",
            "IDENTITY_HEADER": "header",
        }
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
