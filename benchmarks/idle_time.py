"""Seconds in which nothing of a build goes on in the cloud, under latencies like Azure's.

`python -m benchmarks.idle_time [--builds 6] [--rounds 3] [--spread 0.1] [--retry-after S] [--all S]`. The
local cloud runs no scripts and lets each kind of operation take 2 to 120 seconds, every one longer or shorter
by chance; the clock is real. In every round all builds run at once, each for itself. The first round knows
nothing of how long operations take, the later ones know what the earlier ones have seen. Writes
docs/performance.md.

A build's critical path is the time from its request to its end. What the cloud's own records of operations
leave open on it is idle time: Kiln's turns, table writes and requests without an operation, too.
"""

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import page
from benchmarks.metadata_stack import Stack, running, shared_image, template
from cli.models import Run

LATENCIES = {
    "PUT networkSecurityGroups": 2,
    "PUT networkInterfaces": 2,
    "PUT publicIPAddresses": 5,
    "PUT natGateways": 5,
    "PUT virtualNetworks": 5,
    "PUT virtualMachines": 60,
    "PUT runCommands": 30,
    "deallocate virtualMachines": 30,
    "PUT snapshots": 5,
    "PUT versions": 120,
    "DELETE resourceGroups": 60,
    "": 15,
}
MOST_SECONDS = 1800.0
ALLOWED_SHARE = 0.05


@dataclass(frozen=True)
class Operation:
    """One operation as the cloud recorded it; times in seconds since the epoch."""

    what: str
    started: float
    ended: float


@dataclass(frozen=True)
class Idle:
    """`after` has the idle seconds behind an operation, by its kind; `path` is the whole build's seconds."""

    path: float
    after: dict[str, list[float]]

    @property
    def seconds(self) -> float:
        return sum(map(sum, self.after.values()))

    @property
    def share(self) -> float:
        return self.seconds / self.path


def operations(stack: Stack, run: Run, definition: str) -> list[Operation]:
    """What went on in the run's group, at its version and at its layers, the earliest first."""
    store = f"file:{stack.home.data('cloud')}/cloud.sqlite?mode=ro"
    with sqlite3.connect(store, uri=True) as database:
        rows = database.execute("SELECT resource, record FROM operations ORDER BY number").fetchall()
        # Layers lie in another group, and have a tag of their own.
        layers = database.execute(
            """SELECT key FROM resources WHERE json_extract(document, '$.tags."kiln-layer-run"') = ?""",
            (run.id,),
        ).fetchall()
    places = (f"_{run.template.lower()}_", f"{definition.lower()}/versions/", *(key for (key,) in layers))
    begun = run.created.timestamp() if run.created else 0.0
    found = []
    for resource, text in rows:
        record = json.loads(text)
        if record["started"] >= begun and any(place in resource for place in places):
            what = f"{record['verb']} {record['resource'].split('/')[-2]}"
            ended = datetime.fromisoformat(record["end_time"]).timestamp()
            found.append(Operation(what, record["started"], ended))
    return sorted(found, key=lambda operation: operation.started)


def idle(run: Run, busy: Iterable[Operation]) -> Idle:
    """What the operations leave open between the build's request and its end."""
    if run.created is None or run.span.ended is None:
        raise RuntimeError(f"{run.id} has no times")
    begun, ended = run.created.timestamp(), run.span.ended.timestamp()
    after: dict[str, list[float]] = defaultdict(list)
    last, until = "the request", begun
    for operation in busy:
        if operation.started > until:
            after[last].append(operation.started - until)
        if operation.ended > until:
            last, until = operation.what, operation.ended
    after[last].append(max(0.0, ended - until))
    return Idle(ended - begun, after)


def measure(stack: Stack, round_: int, builds: int, definitions: Sequence[str]) -> list[Idle]:
    """One round: all builds at once, each publishing to a definition of its own."""
    prefix = f"idle{round_}"
    templates = [template(shared_image(definitions[number])) for number in range(builds)]
    ids = stack.start_builds(templates, prefix, cache=False)
    stack.wait_for_all(MOST_SECONDS)
    found = []
    with stack.api as api:
        for number, run_id in enumerate(ids):
            run = api.run(run_id)
            if run.state != "Succeeded":
                raise RuntimeError(f"{run_id} ended {run.state}: {run.error}")
            found.append(idle(run, operations(stack, run, definitions[number])))
    return found


def table(rounds: Sequence[Sequence[Idle]], polls: Sequence[float], arguments: argparse.Namespace) -> str:
    """Seconds behind each kind of operation, the median over the builds; the share of the critical path."""
    kinds = sorted({kind for idles in rounds for one in idles for kind in one.after})
    heads = ["nothing known", *(f"after {n}" for n in range(1, len(rounds)))]
    rows = [f"| idle seconds after | {' | '.join(heads)} |", "|---|" + "---|" * len(rounds)]
    for kind in kinds:
        values = [statistics.median(sum(one.after.get(kind, [0.0])) for one in idles) for idles in rounds]
        rows.append(f"| {kind} | {' | '.join(f'{value:.2f}' for value in values)} |")
    sums = [statistics.median(one.seconds for one in idles) for idles in rounds]
    paths = [statistics.median(one.path for one in idles) for idles in rounds]
    shares = [f"{statistics.median(one.share for one in idles):.1%}" for idles in rounds]
    worst = [f"{max(one.share for one in idles):.1%}" for idles in rounds]
    rows.append(f"| all | {' | '.join(f'{value:.1f}' for value in sums)} |")
    rows.append(f"| critical path | {' | '.join(f'{value:.0f}' for value in paths)} |")
    rows.append(f"| **share, median** | {' | '.join(shares)} |")
    rows.append(f"| share, most | {' | '.join(worst)} |")
    rows.append(f"| ARM polls per build | {' | '.join(f'{value:.0f}' for value in polls)} |")
    wish = f"Retry-After {arguments.retry_after} s" if arguments.retry_after else "no Retry-After"
    said = f"{arguments.builds} builds at once in each round, times spread by {arguments.spread:.0%}, {wish}"
    return "\n".join([*rows, "", f"{said}; {page.machine()}, load average {os.getloadavg()[0]:.0f}."])


def polls_of(stack: Stack) -> int:
    """Reads that the cloud has answered: of operations, and of what is read to see how it is getting on."""
    polled = ("GET operations", "GET Microsoft.Compute/virtualMachines/runCommands")
    versions = "GET Microsoft.Compute/galleries/images/versions"
    counts = stack.arm_calls()
    return sum(counts.get(kind, 0) for kind in (*polled, versions))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--builds", type=int, default=6, help="builds at once in each round")
    parser.add_argument("--rounds", type=int, default=3, help="how often all builds are made")
    parser.add_argument("--spread", type=float, default=0.1, help="the share by which operations vary")
    parser.add_argument("--retry-after", type=int, default=0, help="what the cloud asks for, in seconds")
    parser.add_argument("--all", type=float, default=0.0, help="seconds for operations of every kind")
    arguments = parser.parse_args()
    seconds = {"": arguments.all} if arguments.all else LATENCIES
    options = [word for kind, s in seconds.items() for word in ("--operation-seconds", f"{kind}={s}")]
    options += ["--operation-spread", str(arguments.spread), "--cores-quota", "100000"]
    if arguments.retry_after:
        options += ["--retry-after", str(arguments.retry_after)]
    # As in Azure: the local default is there for operations that take milliseconds.
    settings = {"KILN_POLL_SECONDS": "1"}
    rounds, polls = [], []
    with (
        tempfile.TemporaryDirectory(prefix="kiln-idle-") as folder,
        running(Path(folder), options, settings) as stack,
    ):
        definitions = stack.make_definitions(arguments.builds)
        for number in range(arguments.rounds):
            before = polls_of(stack)
            rounds.append(measure(stack, number, arguments.builds, definitions))
            polls.append((polls_of(stack) - before) / arguments.builds)
            print(
                f"round {number}:", [f"{one.share:.1%} of {one.path:.0f} s" for one in rounds[-1]], flush=True
            )
    text = table(rounds, polls, arguments)
    if not arguments.all:
        page.write("idle_time_wish" if arguments.retry_after else "idle_time", text)
    print(text)
    if statistics.median(one.share for one in rounds[-1]) > ALLOWED_SHARE:
        raise SystemExit(f"more than {ALLOWED_SHARE:.0%} of the critical path is idle")


if __name__ == "__main__":
    main()
