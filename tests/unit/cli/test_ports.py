"""Which ports the parts get."""

import socket

import pytest

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
