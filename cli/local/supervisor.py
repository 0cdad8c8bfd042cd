"""Brings the parts up and down. What runs as it should is kept; what died or changed is started again."""

import fcntl
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from cli.errors import UnreachableError
from cli.json_types import text
from cli.local import azurite, processes
from cli.local.app_group import make_app_group
from cli.local.endpoints import Endpoints
from cli.local.environment import CloudAccess
from cli.local.home import Home
from cli.local.parts import PORTS_OF, Part, azurite_part, cloud_part, functions_part, service_bus_part
from cli.local.ports import choose_ports
from cli.output import say

START_SECONDS = 60.0
LAST_LINES = 20
NAMES = tuple(PORTS_OF)


@dataclass(frozen=True)
class Local:
    """The parts, all running."""

    endpoints: Endpoints
    cloud: CloudAccess
    parts: tuple[processes.Running, ...]


def bring_up(home: Home) -> Local:
    """Starts what does not run; returns when everything is ready.

    Raises `UnreachableError` with the last lines of its log for a part that does not start.
    """
    home.create()
    with only_one(home):
        ports = choose_ports(home, _ports_in_use(home))
        first = [azurite_part(home, ports), cloud_part(home, ports), service_bus_part(home, ports)]
        storage, cloud_process, bus = ensure_all(home, first)
        cloud = CloudAccess.read(cloud_process.ready or {})
        make_app_group(cloud)
        service_bus = text(bus.ready or {}, "serviceBus")
        [functions] = ensure_all(home, [functions_part(home, ports, cloud, service_bus)])
        endpoints = Endpoints(
            functions=text(functions.ready or {}, "functions"),
            arm=cloud.arm,
            ca=cloud.ca,
            storage=azurite.connection_string(ports),
            serviceBus=service_bus,
            subscriptionId=cloud.subscription_id,
            tenantId=cloud.tenant_id,
        )
        endpoints.save(home)
    return Local(endpoints, cloud, (storage, cloud_process, bus, functions))


def take_down(home: Home) -> list[str]:
    """Stops the parts that run, those that use others first; returns their names."""
    if not home.run.exists():
        return []
    with only_one(home):
        stopped = []
        for name in reversed(NAMES):
            running = processes.find(home, name)
            if running is not None:
                processes.stop(home, running)
                stopped.append(name)
    return stopped


def status(home: Home) -> dict[str, processes.Running | None]:
    """Each part's process, or None for one that does not run."""
    return {name: processes.find(home, name) for name in NAMES}


def ensure_all(home: Home, parts: Sequence[Part]) -> list[processes.Running]:
    """Makes the parts run, side by side."""
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(lambda part: ensure(home, part), parts))


def ensure(home: Home, part: Part, seconds: float = START_SECONDS) -> processes.Running:
    """The part's process, ready: the one that runs, if it was made from the same, else a new one."""
    running = processes.find(home, part.name)
    if running is not None:
        if running.ready and running.made_from == part.made_from:
            return running
        processes.stop(home, running)
    say(f"starting {part.name}")
    log = home.log(part.name)
    already_there = log.stat().st_size if log.exists() else 0
    running = processes.start(home, part.name, part.command, part.environment, part.made_from)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        alive = running.is_alive
        printed = printed_since(home, part.name, already_there)
        ready = part.readiness(printed)
        if ready:
            return processes.remember(home, running, ready)
        if not alive:
            raise _did_not_start(home, running, printed, "ended at its start")
        time.sleep(0.02)
    raise _did_not_start(home, running, printed, f"was not ready within {seconds:.0f} s")


def printed_since(home: Home, part: str, offset: int) -> str:
    """What the part's log holds from `offset` bytes on; a rotated log is read from its beginning."""
    log = home.log(part)
    with log.open("rb") as file:
        file.seek(offset if log.stat().st_size >= offset else 0)
        return file.read().decode(errors="replace")


def _did_not_start(home: Home, running: processes.Running, printed: str, what: str) -> UnreachableError:
    processes.stop(home, running)
    lines = printed.rstrip().splitlines()[-LAST_LINES:]
    shown = "\n".join(f"  {line}" for line in lines) or "  (it printed nothing)"
    return UnreachableError(
        f"{running.part} {what}; the last lines of {home.log(running.part)}:\n{shown}", code="PartDidNotStart"
    )


def _ports_in_use(home: Home) -> set[str]:
    return {port for name, running in status(home).items() if running for port in PORTS_OF[name]}


@contextmanager
def only_one(home: Home) -> Iterator[None]:
    """Two commands that start or stop parts at once take turns."""
    with (home.root / "up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
