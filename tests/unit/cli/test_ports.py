"""Which ports the parts get."""

import socket

import pytest

from cli.errors import UnreachableError
from cli.local import ports
from cli.local.files import write_json
from cli.local.home import Home


@pytest.fixture
def taken() -> object:
    with socket.socket() as listener:
        listener.bind((ports.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_not_free(taken: int) -> None:
    assert not ports.is_free(taken)
    assert ports.is_listening(taken)


def test_another_port_is_taken_and_remembered(home: Home, taken: int) -> None:
    write_json(home.ports, dict.fromkeys(ports.DEFAULT_PORTS, taken))
    chosen = ports.choose_ports(home, in_use=())
    assert taken not in chosen.values()
    assert ports.choose_ports(home, in_use=()) == chosen


def test_the_ports_of_running_parts_stay(home: Home, taken: int) -> None:
    write_json(home.ports, {**dict.fromkeys(ports.DEFAULT_PORTS, taken)})
    chosen = ports.choose_ports(home, in_use=("arm",))
    assert chosen["arm"] == taken
    assert chosen["functions"] != taken


def test_free_ports_differ_and_are_none_that_outgoing_connections_get() -> None:
    found = ports.free_ports(20)
    assert len(set(found)) == 20
    assert not set(found) - set(ports.UNUSED)
    assert not set(ports.free_ports(20, but=found)) & set(found)


def test_without_a_free_port_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(UnreachableError, match="no 3 free ports"):
        ports.free_ports(3)
