"""Which loopback ports the parts listen on: the well-known ones, or free ones, remembered in ports.json."""

import contextlib
import secrets
import socket
from collections.abc import Collection
from itertools import islice

from cli.errors import UnreachableError
from cli.json_types import Json, number
from cli.local.files import read_json, write_json
from cli.local.home import Home

HOST = "127.0.0.1"
# Connections that go out get ports from 32768 on (Linux, ip_local_port_range): one of them could take a port
# that was free before a server listens on it.
UNUSED = range(10_240, 32_768)
ATTEMPTS = 100
DEFAULT_PORTS = {
    "functions": 7071,
    "arm": 8443,
    "identity": 8080,
    "blob": 10000,
    "queue": 10001,
    "table": 10002,
    "serviceBus": 5672,
}


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback port now."""
    with socket.socket() as probe:
        # As servers do it, so that a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on the loopback port."""
    with contextlib.closing(socket.socket()) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((HOST, port)) == 0


def choose_ports(home: Home, in_use: Collection[str]) -> dict[str, int]:
    """A port for each name; those of `in_use` belong to parts that run already, and stay."""
    remembered = read_json(home.ports) or {}
    ports = {name: wanted_port(remembered, name) for name in DEFAULT_PORTS}
    taken = [name for name, port in ports.items() if name not in in_use and not is_free(port)]
    ports |= zip(taken, free_ports(len(taken), ports.values()), strict=True)
    answer: Json = dict(ports)
    if answer != remembered:
        write_json(home.ports, answer)
    return ports


def wanted_port(remembered: Json, name: str) -> int:
    """The port of the last time, else the well-known one."""
    return number(remembered, name) or DEFAULT_PORTS[name]


def free_ports(count: int, but: Collection[int] = ()) -> list[int]:
    """Different ones that no server listens on, nor can outgoing connections take them before one does."""
    found = (port for port in secrets.SystemRandom().sample(UNUSED, ATTEMPTS) if port not in but)
    ports = list(islice(filter(is_free, found), count))
    if len(ports) < count:
        raise UnreachableError(f"there are no {count} free ports from {UNUSED.start} on at {HOST}")
    return ports
