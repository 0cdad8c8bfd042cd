"""HTTP for addresses that a template names: to public hosts alone, whatever else Kiln itself can reach.

The address is checked on the connected socket, before a byte is sent: a name that resolves to something else
the second time, or a redirect, gains nothing. Where the environment names a proxy, the proxy decides what may
be reached.
"""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

MOST_REDIRECTS = 5
# Every Azure VM's host agent, on a public address ("What is IP address 168.63.129.16?").
_WIRE_SERVER = ipaddress.ip_address("168.63.129.16")

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


class ForbiddenAddressError(Exception):
    """The address is not public and not allowed; the message names it. No OSError: urllib3 wraps those."""


@dataclass(frozen=True)
class AllowedAddresses:
    """`extra` are networks that may be reached although they are not public, such as an artefact store's."""

    extra: tuple[Network, ...] = ()

    def check(self, text: str) -> None:
        """Raises ForbiddenAddressError."""
        address = ipaddress.ip_address(text.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        if any(address in network for network in self.extra):
            return
        if not address.is_global or address.is_multicast or address == _WIRE_SERVER:
            raise ForbiddenAddressError(f"{address} is not a public address")


def safe_session(allowed: AllowedAddresses) -> requests.Session:
    """A session for http and https whose every connection, redirects included, is checked."""
    session = _Session()
    session.max_redirects = MOST_REDIRECTS
    session.mount("https://", _CheckedAdapter(allowed))
    session.mount("http://", _CheckedAdapter(allowed))
    return session


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Never from https to http: what was asked for in private stays so."""
        target = super().get_redirect_target(resp)
        if target and urlsplit(resp.url).scheme == "https" and urlsplit(target).scheme == "http":
            raise ForbiddenAddressError("it redirects from https to http")
        return target


class _CheckedAdapter(HTTPAdapter):
    def __init__(self, allowed: AllowedAddresses) -> None:
        self._allowed = allowed
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as urllib3 has them
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]
        self.poolmanager.pool_classes_by_scheme = {
            "http": _pool(HTTPConnectionPool, HTTPConnection, self._allowed),
            "https": _pool(HTTPSConnectionPool, HTTPSConnection, self._allowed),
        }


def _pool(
    pool: type[HTTPConnectionPool], connection: type[HTTPConnection], allowed: AllowedAddresses
) -> type[HTTPConnectionPool]:
    """The pool class of urllib3 with connections that check whom they reached."""

    def new_connection(self: HTTPConnection) -> socket.socket:
        connected = connection._new_conn(self)
        try:
            allowed.check(connected.getpeername()[0])
        except ForbiddenAddressError:
            connected.close()
            raise
        return connected

    checked = type(f"Checked{connection.__name__}", (connection,), {"_new_conn": new_connection})
    return type(f"Checked{pool.__name__}", (pool,), {"ConnectionCls": checked})
