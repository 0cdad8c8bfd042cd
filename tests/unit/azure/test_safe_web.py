"""What a template may fetch from, checked on real sockets."""

import ipaddress
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from shared.azure.safe_web import AllowedAddresses, ForbiddenAddressError, safe_session
from shared.settings import SettingsError, read_settings

LOOPBACK = AllowedAddresses((ipaddress.ip_network("127.0.0.1/32"),))
ENVIRONMENT = {"KILN_SUBSCRIPTION_ID": "s", "KILN_STORAGE_ACCOUNT": "a"}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.seen.append(self.path)  # type: ignore[attr-defined]
        if self.path.startswith("/to/"):
            self.send_response(302)
            self.send_header("Location", self.path.removeprefix("/to/"))
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        return


class Server(ThreadingHTTPServer):
    seen: list[str]

    @property
    def url(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_port}"


def serve(host: str) -> Iterator[Server]:
    server = Server((host, 0), Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def public() -> Iterator[Server]:
    yield from serve("127.0.0.1")


@pytest.fixture
def private() -> Iterator[Server]:
    yield from serve("127.0.0.2")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
        *("0.0.0.0", "168.63.129.16", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1"),
        *("fe80::1%eth0", "255.255.255.255", "192.0.2.1"),
    ],
)
def test_addresses_that_are_not_public_are_forbidden(address: str) -> None:
    with pytest.raises(ForbiddenAddressError):
        AllowedAddresses().check(address)


@pytest.mark.parametrize("address", ["20.50.2.1", "2603:1020::1", "8.8.8.8"])
def test_public_addresses_are_allowed(address: str) -> None:
    AllowedAddresses().check(address)


def test_what_is_allowed_is_fetched(public: Server) -> None:
    with safe_session(LOOPBACK) as session:
        assert session.get(f"{public.url}/x", timeout=5).content == b"hello"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_forbidden_host_hears_nothing_by_whatever_name(public: Server, host: str) -> None:
    with (
        safe_session(AllowedAddresses()) as session,
        pytest.raises(ForbiddenAddressError, match=r"127\.0\.0\.1"),
    ):
        session.get(f"http://{host}:{public.server_port}/x", timeout=5)
    assert public.seen == []


def test_a_redirect_to_a_forbidden_host_goes_nowhere(public: Server, private: Server) -> None:
    with safe_session(LOOPBACK) as session, pytest.raises(ForbiddenAddressError, match=r"127\.0\.0\.2"):
        session.get(f"{public.url}/to/{private.url}/x", timeout=5)
    assert private.seen == []


def test_redirects_come_to_an_end(public: Server) -> None:
    with safe_session(LOOPBACK) as session, pytest.raises(requests.TooManyRedirects):
        session.get(f"{public.url}/to//to//to//to//to//to//to//x", timeout=5)


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "ftp://example.org/x", "gopher://example.org"])
def test_other_schemes_are_refused(uri: str) -> None:
    with safe_session(AllowedAddresses()) as session, pytest.raises(requests.RequestException):
        session.get(uri, timeout=5)


def test_networks_come_from_a_setting_and_a_faulty_one_is_named() -> None:
    settings = read_settings({**ENVIRONMENT, "KILN_FETCH_NETWORKS": " 10.0.0.0/8, fd00::/8 ,"})
    assert [str(network) for network in settings.fetch_networks] == ["10.0.0.0/8", "fd00::/8"]
    with pytest.raises(SettingsError, match="KILN_FETCH_NETWORKS: 'nonsense'"):
        read_settings({**ENVIRONMENT, "KILN_FETCH_NETWORKS": "10.0.0.0/8, nonsense"})
