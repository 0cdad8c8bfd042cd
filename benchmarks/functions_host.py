"""Times the local Functions host: many orchestrations of seven activities each, in an empty and a full store.

`python -m benchmarks.functions_host [--count N] [--runs N] [--full N]` writes the table in
docs/performance.md. Everything is at its defaults: one worker process. Processor seconds are of the host's
process and of the worker's; the wall clock runs from the request that starts all to the end of the last.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx
import psutil

from benchmarks import page
from local.functions_host.actions import CallActivity
from local.functions_host.history import EventType, event, record
from local.functions_host.replay import Replay

APP = Path(__file__).parent / "apps" / "chain"
INSTANCES = "/runtime/webhooks/durabletask/instances"
READY = "functions host ready: "
LOOK_SECONDS, MOST_LOOKS = 0.1, 6000
MOST_PER_PAGE, TOKEN = 1000, "x-ms-continuation-token"


class Measured(NamedTuple):
    """One run: its orchestrations, wall-clock and processor seconds, and memory at the end in MiB."""

    orchestrations: int
    seconds: float
    host: float
    worker: float
    memory: float

    @property
    def rate(self) -> float:
        return self.orchestrations / self.seconds


@contextmanager
def host(data: Path) -> Iterator[tuple[httpx.Client, psutil.Process]]:
    """A host of its own, with its store in `data`."""
    command = [sys.executable, "-m", "local.functions_host", str(APP), "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        [*command, "--no-auth"], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line.startswith(READY):
                raise RuntimeError("the host did not start")
            with httpx.Client(base_url=line.removeprefix(READY).strip(), timeout=300) as client:
                yield client, psutil.Process(process.pid)
        finally:
            process.terminate()


def run(client: httpx.Client, process: psutil.Process, count: int) -> Measured:
    """Starts `count` chains at once and waits for all. Raises RuntimeError unless each gives 7."""
    processes = [process, *process.children()]
    earlier = len(completed(client))
    used, begun = processor_seconds(processes), time.perf_counter()
    client.post(f"/api/start/{count}").raise_for_status()
    wait_for_all(client)
    seconds = time.perf_counter() - begun
    host_seconds, worker_seconds = (
        after - before for before, after in zip(used, processor_seconds(processes), strict=True)
    )
    outputs = completed(client)
    if len(outputs) != earlier + count or set(outputs) != {7}:
        raise RuntimeError(f"{len(outputs) - earlier} of {count} chains gave {set(outputs)}")
    memory = sum(p.memory_info().rss for p in processes) / 2**20
    return Measured(count, seconds, host_seconds, worker_seconds, memory)


def processor_seconds(processes: list[psutil.Process]) -> list[float]:
    return [times.user + times.system for times in (p.cpu_times() for p in processes)]


def wait_for_all(client: httpx.Client) -> None:
    query = {"runtimeStatus": "Pending,Running", "top": "1"}
    for _ in range(MOST_LOOKS):
        if not client.get(INSTANCES, params=query).json():
            return
        time.sleep(LOOK_SECONDS)
    raise RuntimeError("the chains do not end")


def completed(client: httpx.Client) -> list[object]:
    """The outputs of all completed instances."""
    outputs: list[object] = []
    token = ""
    while True:
        query = {"runtimeStatus": "Completed", "top": str(MOST_PER_PAGE)}
        answer = client.get(
            INSTANCES, params=query, headers={"x-ms-continuation-token": token} if token else {}
        )
        outputs += [instance["output"] for instance in answer.json()]
        token = answer.headers.get(TOKEN, "")
        if not token:
            return outputs


def replay_microseconds(events: int) -> float:
    """Host processor time of one replay, per event of a history of about that length (best of five)."""
    history = [record(event(EventType.EXECUTION_STARTED, 0.0, Name="o"))]
    for n in range(events // 4):
        history += [
            record(event(EventType.TASK_SCHEDULED, 0.0, n, Name="a")),
            record(event(EventType.ORCHESTRATOR_COMPLETED, 0.0)),
            record(event(EventType.ORCHESTRATOR_STARTED, 0.0)),
            record(event(EventType.TASK_COMPLETED, 0.0, TaskScheduledId=n, Result="1")),
        ]
    actions = [CallActivity("a", None)] * (events // 4)
    best = float("inf")
    for _ in range(5):
        begun = time.process_time()
        Replay(actions, 0.0).run(history)
        best = min(best, time.process_time() - begun)
    return best / len(history) * 1e6


def row(name: str, measured: Measured) -> str:
    return (
        f"| {name} | {measured.rate:.0f} | {measured.rate * 7:.0f} | {measured.seconds:.1f} |"
        f" {measured.host:.1f} | {measured.worker:.1f} | {measured.memory:.0f} |"
    )


def table(empty: list[Measured], full: Measured, stored: int) -> str:
    best = max(empty, key=lambda measured: measured.rate)
    rates = ", ".join(f"{measured.rate:.0f}" for measured in empty)
    costs = ", ".join(f"{replay_microseconds(n):.2f} µs of {n:,}" for n in (500, 5_000))
    return "\n".join(
        [
            "| | orchestrations/s | activities/s | s | host CPU s | worker CPU s | MiB |",
            "|---|---|---|---|---|---|---|",
            row(f"{best.orchestrations:,} at once, empty store", best),
            row(f"{full.orchestrations:,} at once, {stored:,} in the store", full),
            "",
            f"The first row is the best of {len(empty)} runs ({rates} orchestrations/s).",
            f"A replay costs the host, per event of the history: {costs}.",
            "",
            f"{page.machine()}.",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="orchestrations at once")
    parser.add_argument("--runs", type=int, default=3, help="runs with an empty store")
    parser.add_argument("--full", type=int, default=10_000, help="instances in the full store")
    arguments = parser.parse_args()
    empty = []
    for _ in range(arguments.runs):
        with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder, host(Path(folder)) as running:
            empty.append(run(*running, arguments.count))
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder, host(Path(folder)) as running:
        for _ in range(arguments.full // arguments.count):
            run(*running, arguments.count)
        full = run(*running, arguments.count)
    text = table(empty, full, arguments.full)
    page.write("functions_host", text)
    print(text)


if __name__ == "__main__":
    main()
