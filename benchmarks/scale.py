"""Many builds at once on one local Kiln whose cloud runs no scripts; writes docs/performance.md.

`python -m benchmarks.scale [10 100 1000]`. Every number has a fresh Kiln. All builds are started as fast as
the API takes them, each publishes one gallery version, and the clock runs from the first request to the end
of the last build. It stops by itself: a number of builds that does not end within its time is an error.
"""

import argparse
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

from benchmarks import page
from benchmarks.metadata_stack import Stack, running, shared_image, template
from cli.api import KilnApi
from cli.models import Run

RUNS_PER_DEFINITION = 10
PLENTY_OF_CORES = "1000000"
SECONDS_PER_RUN, LEAST_SECONDS = 10.0, 300.0
MIB = 2**20


@dataclass
class Usage:
    """Processor seconds and the most memory (MiB, resident) of each process, as seen once a second."""

    processes: dict[str, psutil.Process]
    memory: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, stack: Stack) -> "Usage":
        processes = {part.part: psutil.Process(part.pid) for part in stack.local.parts}
        for number, worker in enumerate(processes["functions"].children()):
            processes["worker" if not number else f"worker {number + 1}"] = worker
        return cls({("host" if name == "functions" else name): p for name, p in processes.items()})

    def look(self) -> None:
        for name, process in self.processes.items():
            times = process.cpu_times()
            self.processor[name] = times.user + times.system
            self.memory[name] = max(self.memory.get(name, 0.0), process.memory_info().rss / MIB)


@dataclass(frozen=True)
class Measured:
    """One number of builds: seconds of wall clock, when each ended (from the start), and what it took."""

    count: int
    succeeded: int
    started: float
    seconds: float
    ends: tuple[float, ...]
    usage: Usage
    arm_calls: int
    history_bytes: int
    left_over: int
    hub_mib: float
    storage_mib: float
    load: float


def measure(count: int, settings: dict[str, str]) -> Measured:
    with (
        tempfile.TemporaryDirectory(prefix="kiln-scale-") as folder,
        running(Path(folder), ("--cores-quota", PLENTY_OF_CORES), settings) as stack,
    ):
        definitions = stack.make_definitions(-(-count // RUNS_PER_DEFINITION))
        templates = [
            template(shared_image(definitions[n % len(definitions)]), mark=str(n)) for n in range(count)
        ]
        usage = Usage.of(stack)
        usage.look()
        before, calls = disk_mib(stack), arm_calls(stack)
        begun, at = time.monotonic(), datetime.now(UTC)
        ids = stack.start_builds(templates, "load")
        started = time.monotonic() - begun
        stack.wait_for_all(max(LEAST_SECONDS, count * SECONDS_PER_RUN), usage.look)
        after = disk_mib(stack)
        with stack.api as api:
            runs = all_runs(api, ids)
        ends = sorted((run.span.ended - at).total_seconds() for run in runs if run.span.ended)
        return Measured(
            count=count,
            succeeded=sum(run.state == "Succeeded" for run in runs),
            started=started,
            seconds=ends[-1],
            ends=tuple(ends),
            usage=usage,
            arm_calls=arm_calls(stack) - calls,
            history_bytes=history_bytes(stack),
            left_over=left_over(stack),
            hub_mib=after[0] - before[0],
            storage_mib=after[1] - before[1],
            load=os.getloadavg()[0],
        )


def all_runs(api: KilnApi, ids: Sequence[str]) -> list[Run]:
    return [api.run(run_id) for run_id in ids]


def history_bytes(stack: Stack) -> int:
    """Of all orchestrations in the task hub."""
    [hub] = stack.home.data("functions").glob("*.db")
    with sqlite3.connect(f"file:{hub}?mode=ro", uri=True) as database:
        return int(database.execute("SELECT coalesce(sum(length(events)), 0) FROM history").fetchone()[0])


def left_over(stack: Stack) -> int:
    """Resource groups and resources in the cloud that builds made on their way and did not delete."""
    store = f"file:{stack.home.data('cloud')}/cloud.sqlite?mode=ro"
    tagged = """SELECT count(*) FROM resources WHERE json_extract(document, '$.tags."kiln-run"') IS NOT NULL
        AND type != 'microsoft.compute/galleries/images/versions'"""
    with sqlite3.connect(store, uri=True) as database:
        return int(database.execute(tagged).fetchone()[0])


def disk_mib(stack: Stack) -> tuple[float, float]:
    """What the task hub and the storage have on disk."""
    return tuple(  # type: ignore[return-value]
        sum(f.stat().st_size for f in stack.home.data(part).rglob("*") if f.is_file()) / MIB
        for part in ("functions", "azurite")
    )


def arm_calls(stack: Stack) -> int:
    """Requests that the cloud has answered so far."""
    return sum(stack.arm_calls().values())


def row(one: Measured) -> str:
    memory = [f"{one.usage.memory[name]:.0f}" for name in ("host", "worker", "cloud", "azurite")]
    spent = [
        f"{one.usage.processor[name] / one.count:.2f}" for name in ("host", "worker", "cloud", "azurite")
    ]
    cells = (
        f"{one.count:,}",
        f"{one.succeeded:,}",
        f"{one.seconds:.0f}",
        f"{one.seconds / one.count:.2f}",
        f"{one.ends[0]:.0f} / {statistics.median(one.ends):.0f} / {one.ends[-1]:.0f}",
        " / ".join(spent),
        " / ".join(memory),
        f"{one.arm_calls / one.count:.0f}",
        f"{one.history_bytes / one.count / 1024:.0f}",
        f"{one.hub_mib:.0f}",
        f"{one.storage_mib:.0f}",
        f"{one.left_over}",
        f"{one.load:.0f}",
    )
    return f"| {' | '.join(cells)} |"


def table(measured: Sequence[Measured]) -> str:
    heads = (
        "builds",
        "succeeded",
        "s",
        "s per build",
        "first / median / last end, s",
        "CPU s per build of host / worker / cloud / Azurite",
        "peak MiB of the same",
        "ARM calls per build",
        "history per build, KiB",
        "hub, MiB",
        "storage, MiB",
        "left over",
        "load",
    )
    rows = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|", *map(row, measured)]
    return "\n".join([*rows, "", f"{page.machine()}."])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[10, 100, 1000], help="builds at once")
    parser.add_argument("--setting", action="append", default=[], metavar="NAME=VALUE", help="of the app")
    parser.add_argument("--print-only", action="store_true", help="do not write docs/performance.md")
    arguments = parser.parse_args()
    settings = dict(setting.partition("=")[::2] for setting in arguments.setting)
    measured = []
    for count in arguments.counts:
        measured.append(measure(count, settings))
        print(row(measured[-1]), flush=True)
    if not arguments.print_only:
        page.write("scale", table(measured))


if __name__ == "__main__":
    main()
