"""Background processes: found again, never confused with another program, stopped with all they started."""

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cli.local import processes
from cli.local.files import write_json
from cli.local.home import Home
from tests.unit.cli.waiting import until

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


def test_a_started_process_is_found_by_a_later_command(home: Home) -> None:
    started = processes.start(home, "part", SLEEPER, {})
    found = processes.find(home, "part")
    assert found is not None
    assert (found.pid, found.identity) == (started.pid, started.identity)


def test_what_a_part_said_when_ready_is_remembered(home: Home) -> None:
    processes.remember(home, processes.start(home, "part", SLEEPER, {}), {"arm": "https://x"})
    found = processes.find(home, "part")
    assert found is not None
    assert found.ready == {"arm": "https://x"}


def test_a_recycled_pid_is_neither_found_nor_killed(home: Home) -> None:
    stranger = subprocess.Popen(SLEEPER)
    try:
        body = {"pid": stranger.pid, "identity": "another-boot:1", "madeFrom": "", "ready": None}
        write_json(home.run / "part.json", body)
        assert processes.find(home, "part") is None
        assert not (home.run / "part.json").exists()
        recycled = processes.Running("part", stranger.pid, "another-boot:1", "", None)
        processes.stop(home, recycled)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.parametrize("content", ["", "not json", "[]", "{}", '{"pid": "x"}'])
def test_a_damaged_pid_file_is_no_process(home: Home, content: str) -> None:
    (home.run / "part.json").write_text(content)
    assert processes.find(home, "part") is None


def test_a_process_that_ended_is_not_alive_though_nobody_took_its_status(home: Home) -> None:
    running = processes.start(home, "part", [sys.executable, "-c", ""], {})
    until(lambda: not running.is_alive)
    assert processes.find(home, "part") is None
    processes.reap(running.pid)


def test_stop_kills_what_ignores_it_and_what_that_started(home: Home) -> None:
    running = processes.start(home, "part", [sys.executable, "-c", STUBBORN], {})
    until(lambda: home.log("part").read_text().endswith("\n"))
    child = psutil.Process(int(home.log("part").read_text()))
    processes.stop(home, running, seconds=0.1)
    assert not running.is_alive
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)
    assert not (home.run / "part.json").exists()


def test_a_part_does_not_share_the_terminals_process_group(home: Home) -> None:
    running = processes.start(home, "part", SLEEPER, {})
    assert os.getpgid(running.pid) == running.pid


def test_output_is_appended_to_the_log(home: Home) -> None:
    home.log("part").write_text("before\n")
    processes.start(home, "part", [sys.executable, "-c", "print('after')"], {})
    until(lambda: home.log("part").read_text() == "before\nafter\n")


def test_a_log_that_grew_too_long_is_put_aside(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_LIMIT_BYTES", 10)
    home.log("part").write_text("a long log of last time\n")
    processes.start(home, "part", SLEEPER, {})
    assert Path(home.logs / "part.log.1").read_text() == "a long log of last time\n"
    assert home.log("part").read_text() == ""
