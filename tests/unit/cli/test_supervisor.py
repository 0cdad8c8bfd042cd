"""Parts are started, kept, and started again, with tiny programs in place of the real ones."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from cli.errors import UnreachableError
from cli.json_types import Json
from cli.local import processes, supervisor
from cli.local.home import Home
from cli.local.parts import Part, cloud_readiness, functions_readiness, service_bus_readiness
from tests.unit.cli.waiting import until

GREETER = "import os, time; print('ready', os.environ.get('WHO', 'nobody'), flush=True); time.sleep(600)"
BROKEN = "import sys; print('line one'); print('line two', file=sys.stderr); sys.exit(4)"


def readiness(printed: str) -> Json | None:
    words = printed.split()
    return {"who": words[-1]} if printed.endswith("\n") and words[0] in {"ready", "met"} else None


def part(program: str = GREETER, **environment: str) -> Part:
    return Part("part", [sys.executable, "-c", program], readiness, environment)


def test_a_part_is_started_and_remembered_with_what_it_said(home: Home) -> None:
    running = supervisor.ensure(home, part(WHO="me"))
    assert running.ready == {"who": "me"}
    assert processes.find(home, "part") == running


def test_a_running_part_is_kept(home: Home) -> None:
    first = supervisor.ensure(home, part())
    assert supervisor.ensure(home, part()) == first


def test_a_dead_part_is_started_again(home: Home) -> None:
    first = supervisor.ensure(home, part())
    os.kill(first.pid, signal.SIGKILL)
    until(lambda: not first.is_alive)
    second = supervisor.ensure(home, part())
    assert second.is_alive
    assert second.pid != first.pid


def test_a_part_that_would_be_started_otherwise_is_replaced(home: Home) -> None:
    first = supervisor.ensure(home, part(WHO="me"))
    second = supervisor.ensure(home, part(WHO="you"))
    assert not first.is_alive
    assert second.ready == {"who": "you"}


def test_a_part_whose_code_changed_is_replaced(home: Home, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("")
    whole = replace(part(), code=(str(tmp_path),))
    first = supervisor.ensure(home, whole)
    assert supervisor.ensure(home, whole) == first
    os.utime(module, ns=(0, 0))
    second = supervisor.ensure(home, whole)
    assert not first.is_alive
    assert second.is_alive


def test_a_part_that_never_became_ready_is_replaced(home: Home) -> None:
    first = processes.start(home, "part", part().command, {})
    second = supervisor.ensure(home, part())
    assert not first.is_alive
    assert second.ready


def test_a_part_that_ends_at_its_start_is_told_with_its_last_lines(home: Home) -> None:
    home.log("part").write_text("of an earlier start\n")
    with pytest.raises(UnreachableError) as caught:
        supervisor.ensure(home, part(BROKEN))
    assert caught.value.exit_code == 3
    assert "part ended at its start" in caught.value.message
    assert "  line one" in caught.value.message
    assert "  line two" in caught.value.message
    assert "earlier" not in caught.value.message
    assert processes.find(home, "part") is None


def test_a_part_that_does_not_become_ready_is_stopped(home: Home) -> None:
    silent = part("import time; time.sleep(600)")
    with pytest.raises(UnreachableError, match=r"not ready within 0 s; .*\n.*printed nothing"):
        supervisor.ensure(home, silent, seconds=0.1)
    assert processes.find(home, "part") is None


def test_parts_start_side_by_side(home: Home, tmp_path: Path) -> None:
    """Each becomes ready only once the other one runs."""

    def meeting(mine: str, other: str) -> Part:
        program = (
            f"import pathlib, time\npathlib.Path({str(tmp_path / mine)!r}).touch()\n"
            f"while not pathlib.Path({str(tmp_path / other)!r}).exists(): time.sleep(0.005)\n"
            "print('met the-other', flush=True)\ntime.sleep(600)"
        )
        return Part(mine, [sys.executable, "-c", program], readiness)

    both = supervisor.ensure_all(home, [meeting("one", "two"), meeting("two", "one")])
    assert [running.part for running in both] == ["one", "two"]


def test_commands_at_once_take_turns(home: Home) -> None:
    entered = threading.Event()

    def second() -> None:
        with supervisor.only_one(home):
            entered.set()

    with supervisor.only_one(home):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.wait(0.1)
    thread.join()
    assert entered.is_set()


def test_down_without_anything_stops_nothing(tmp_path: Path) -> None:
    assert supervisor.take_down(Home(tmp_path / "never-used")) == []


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("", None),
        ("starting\n", None),
        ('{"arm": "https://127', None),
        ('warning\n{"arm": "https://x", "ca": "/c"}\nINFO started\n', {"arm": "https://x", "ca": "/c"}),
    ],
)
def test_the_cloud_is_ready_with_its_line_of_json(printed: str, expected: Json | None) -> None:
    assert cloud_readiness(printed) == expected


def test_the_service_bus_is_ready_with_its_connection_string() -> None:
    assert service_bus_readiness("log\n") is None
    ready = '{"serviceBus": "Endpoint=sb://127.0.0.1:1;", "amqp": "amqp://127.0.0.1:1"}'
    assert service_bus_readiness(f"log\n{ready}\nlog") == {
        "serviceBus": "Endpoint=sb://127.0.0.1:1;",
        "amqp": "amqp://127.0.0.1:1",
    }


def test_the_functions_host_is_ready_with_its_address() -> None:
    assert functions_readiness("loading\n") is None
    printed = "loading\nfunctions host ready: http://127.0.0.1:7071\n"
    assert functions_readiness(printed) == {"functions": "http://127.0.0.1:7071"}
