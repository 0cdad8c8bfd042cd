"""Reads of Kiln's own API at a steady rate, over a catalog of many runs; writes docs/performance.md.

`python -m benchmarks.api_reads [--runs 10000] [--rate 200] [--seconds 30]`. Requests start on a schedule,
whether or not earlier ones have been answered, and each is timed from the moment it was due: a service that
falls behind shows in the figures. Figures are milliseconds.
"""

import argparse
import asyncio
import itertools
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from azure.data.tables import TableServiceClient

from benchmarks import page
from cli.local.home import Home, current_home
from cli.local.setup import prepare
from cli.local.supervisor import bring_up, take_down
from shared.catalog.runs import RunCatalog
from shared.catalog.tables import RUNS, RUNS_OF_TEMPLATES
from shared.domain.names import new_run_id
from shared.domain.run import Run, RunState
from shared.domain.template_record import TemplateAddress

TEMPLATES = 50
STATES = (RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.SUCCEEDED, RunState.FAILED)
SPACING = timedelta(minutes=7)
GROUP, LOCATION = "images", "westeurope"
# Out of a hundred requests, so many of each kind.
MIX = {"one run": 60, "newest runs": 15, "failed runs": 10, "runs of a template": 10, "images": 5}


@dataclass(frozen=True)
class Sample:
    """One request: milliseconds from when it was due to its answer, and whether that was a 200."""

    kind: str
    milliseconds: float
    good: bool


def runs(count: int) -> Iterator[Run]:
    """Runs as they come to be: one every seven minutes, of fifty templates in turn."""
    begun = datetime(2026, 1, 1, tzinfo=UTC)
    for index in range(count):
        created = begun + index * SPACING
        name = f"template-{index % TEMPLATES}"
        address = TemplateAddress("11111111-2222-3333-4444-555555555555", GROUP, name)
        run = Run(new_run_id(name, created, str(index)), address.id, LOCATION, created_at=created.isoformat())
        ended = (created + timedelta(minutes=5)).isoformat()
        yield replace(run, state=STATES[index % len(STATES)], started_at=created.isoformat(), ended_at=ended)


def fill(storage: str, count: int) -> list[str]:
    """Writes the runs into the catalog; returns their ids."""
    with TableServiceClient.from_connection_string(storage) as service:
        catalog = RunCatalog(*map(service.create_table_if_not_exists, (RUNS, RUNS_OF_TEMPLATES)))
        made = list(runs(count))
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(catalog.add, made))
    return [run.id for run in made]


def paths(ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Kind and path of one request after the other."""
    chance = random.Random(1)
    kinds = [kind for kind, share in MIX.items() for _ in range(share)]
    while True:
        kind = chance.choice(kinds)
        template = f"template-{chance.randrange(TEMPLATES)}"
        yield (
            kind,
            {
                "one run": f"/api/builds/{chance.choice(ids)}",
                "newest runs": "/api/builds?limit=20",
                "failed runs": "/api/builds?state=Failed&limit=20",
                "runs of a template": f"/api/builds?template={template}&limit=20",
                "images": "/api/images",
            }[kind],
        )


async def load(base: str, ids: Sequence[str], rate: int, seconds: int) -> list[Sample]:
    """`rate` requests a second for so many seconds."""
    limits = httpx.Limits(max_connections=100, max_keepalive_connections=100)
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60, trust_env=False) as client:
        begun = time.perf_counter() + 0.1

        async def ask(index: int, kind: str, path: str) -> Sample:
            due = begun + index / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            answer = await client.get(path)
            return Sample(kind, (time.perf_counter() - due) * 1000, answer.status_code == httpx.codes.OK)

        asked = itertools.islice(paths(ids), rate * seconds)
        return await asyncio.gather(*(ask(index, *each) for index, each in enumerate(asked)))


def table(samples: Sequence[Sample], count: int, rate: int, seconds: int) -> str:
    rows = ["| | requests | p50 | p99 | most |", "|---|---|---|---|---|"]
    for kind in (*MIX, "all"):
        found = sorted(each.milliseconds for each in samples if kind in (each.kind, "all"))
        if len(found) > 1:
            p99 = statistics.quantiles(found, n=100, method="inclusive")[98]
            rows.append(
                f"| {kind} | {len(found)} | {statistics.median(found):.0f} | {p99:.0f} | {found[-1]:.0f} |"
            )
    bad = sum(not each.good for each in samples)
    rows += [
        "",
        f"{rate} requests a second for {seconds} s over {count} runs; {bad} were not answered with 200.",
        f"{page.machine()}, load average {os.getloadavg()[0]:.0f} at the end; milliseconds.",
    ]
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--rate", type=int, default=200, help="requests a second")
    parser.add_argument("--seconds", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        home = Home(Path(folder))
        prepare(current_home())
        (home.root / "npm").symlink_to(current_home().root / "npm")
        local = bring_up(home)
        try:
            ids = fill(local.endpoints.storage, arguments.runs)
            asyncio.run(
                load(local.endpoints.functions, ids, 20, 3)
            )  # connections, and what is made on first use
            samples = asyncio.run(load(local.endpoints.functions, ids, arguments.rate, arguments.seconds))
        finally:
            take_down(home)
    text = table(samples, arguments.runs, arguments.rate, arguments.seconds)
    page.write("api_reads", text)
    print(text)


if __name__ == "__main__":
    main()
