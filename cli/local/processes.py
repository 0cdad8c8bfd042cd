"""The processes of the parts: started in the background, found again by a later command, stopped.

`run/<part>.json` holds the pid together with the process's start time as the kernel counts it, so that a pid
that was given to another program meanwhile is never taken for ours, and never killed.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from cli.json_types import Json, child, number, text
from cli.local.files import read_json, write_json
from cli.local.home import CHECKOUT, Home

STOP_SECONDS = 10.0
LOG_LIMIT_BYTES = 16 * 1024 * 1024
START_TIME_FIELD = 22
"""Of /proc/PID/stat, proc(5): clock ticks after boot, counted from 1."""


@dataclass(frozen=True)
class Running:
    """A part's process. `made_from` digests its command and environment, `ready` is what it then said."""

    part: str
    pid: int
    identity: str
    made_from: str
    ready: Json | None

    @property
    def is_alive(self) -> bool:
        return identity_of(self.pid) == self.identity


def identity_of(pid: int) -> str | None:
    """The boot and the moment in it at which the process started; None when it is gone or only a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None
    # The second field, the program's name, may hold spaces and parentheses.
    after_name = stat.rpartition(")")[2].split()
    if after_name[0] == "Z":
        return None
    return f"{boot}:{after_name[START_TIME_FIELD - 3]}"


def find(home: Home, part: str) -> Running | None:
    """The part's living process, if there is one. A stale pid file is removed."""
    path = home.run / f"{part}.json"
    body = read_json(path)
    if body is None:
        return None
    ready = child(body, "ready")
    running = Running(
        part, number(body, "pid") or 0, text(body, "identity"), text(body, "madeFrom"), ready or None
    )
    if running.is_alive:
        return running
    path.unlink(missing_ok=True)
    return None


def start(
    home: Home, part: str, command: Sequence[str], environment: Mapping[str, str], made_from: str = ""
) -> Running:
    """Starts the part in a session of its own, so that Ctrl-C in the terminal does not reach it.

    Its output, standard error included, is appended to `logs/<part>.log`.
    """
    log = home.log(part)
    _rotate(log)
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=CHECKOUT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    identity = identity_of(process.pid) or "gone"
    running = Running(part, process.pid, identity, made_from, None)
    # Popen warns about a child that is left running; this one is meant to outlive the command.
    process.returncode = 0
    return remember(home, running, None)


def remember(home: Home, running: Running, ready: Json | None) -> Running:
    """Writes the pid file, with what the part said when it became ready."""
    body: Json = {
        "pid": running.pid,
        "identity": running.identity,
        "madeFrom": running.made_from,
        "ready": ready,
    }
    write_json(home.run / f"{running.part}.json", body)
    return replace(running, ready=ready)


def stop(home: Home, running: Running, seconds: float = STOP_SECONDS) -> None:
    """Asks the process to end (SIGTERM), and kills it and what it started after `seconds`."""
    if running.is_alive:
        _end_with_descendants(running, seconds)
    reap(running.pid)
    (home.run / f"{running.part}.json").unlink(missing_ok=True)


def reap(pid: int) -> None:
    """Takes the exit status of a child of this very process, which is a zombie until then."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _end_with_descendants(running: Running, seconds: float) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(running.pid)
        family = [leader, *leader.children(recursive=True)]
        leader.terminate()
        deadline = time.monotonic() + seconds
        while running.is_alive and time.monotonic() < deadline:
            time.sleep(0.02)
        for process in family:
            # psutil compares start times, so a recycled pid is left alone here too.
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        # Only then are its ports free again.
        psutil.wait_procs(family, timeout=STOP_SECONDS)


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(".log.1"))
