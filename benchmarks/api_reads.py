"""Reads of Kiln's own API at a steady rate, over a catalog of many runs; writes docs/performance.md.

`python -m benchmarks.api_reads [--runs 10000] [--rate 200] [--seconds 30]`. Requests start on a schedule,
whether or not earlier ones have been answered, and each is timed from the moment it was due: a service that
falls behind shows in the figures. Figures are milliseconds.
"""

import argparse
import asyncio
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path

import aiohttp
import psutil
from azure.data.tables import TableClient, TableEntity, TableServiceClient

from benchmarks import page
from benchmarks.api_scene import API_VERSION, GROUP, Scene, fill
from cli.local import processes
from cli.local.home import Home, current_home
from cli.local.setup import prepare
from cli.local.supervisor import bring_up, take_down
from shared.api.arm import skip_token
from shared.catalog.run_rows import partition_of, row_key
from shared.catalog.tables import RUNS

CONNECTIONS = 64
STORAGE_READS = 400
HALF = 0.5
GOOD = (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT)
LOG_PIECE = 4096  # bytes, of 38 KiB at least
PROVIDER = "providers/Microsoft.VirtualMachineImages/imageTemplates"
Ask = Callable[[Scene, random.Random], tuple[str, dict[str, str]]]  # path and headers


def one_run(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    """Half of them are among the newest 200, as those are that people and pipelines follow."""
    return f"/api/builds/{chance.choice(scene.logged if chance.random() < HALF else scene.runs)}", {}


def newest_runs(_scene: Scene, _chance: random.Random) -> tuple[str, dict[str, str]]:
    return "/api/builds?limit=20", {}


def a_later_page(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    """Of the first ten pages, as people turn them."""
    after = row_key(scene.runs[chance.randrange(1, 10) * 20 - 1])
    return f"/api/builds?limit=20&continuationToken={skip_token(after)}", {}


def failed_runs(_scene: Scene, _chance: random.Random) -> tuple[str, dict[str, str]]:
    return "/api/builds?state=Failed&limit=20", {}


def runs_of_a_template(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    return f"/api/builds?template={scene.template(chance.randrange(1000))}&limit=20", {}


def part_of_a_log(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    """From anywhere in it, as followers ask."""
    first = chance.randrange(8 * LOG_PIECE)
    headers = {"Range": f"bytes={first}-{first + LOG_PIECE - 1}"}
    return f"/api/builds/{chance.choice(scene.logged)}/logs", headers


def images(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    """Twenty: the first of all, or those of a definition."""
    definition = f"&definition={scene.definition(chance.randrange(1000))}" if chance.random() < HALF else ""
    return f"/api/images?limit=20{definition}", {}


def one_template(scene: Scene, chance: random.Random) -> tuple[str, dict[str, str]]:
    """By AIB's API: with the state of its last run."""
    name = scene.template(chance.randrange(1000))
    group = f"/api/subscriptions/{scene.subscription}/resourceGroups/{GROUP}"
    return f"{group}/{PROVIDER}/{name}?api-version={API_VERSION}", {}


def templates(scene: Scene, _chance: random.Random) -> tuple[str, dict[str, str]]:
    """A page of twenty by AIB's API, each with the state of its last run."""
    url = f"/api/subscriptions/{scene.subscription}/{PROVIDER}"
    return f"{url}?api-version={API_VERSION}&$top=20", {}


# Out of a hundred requests, so many of each kind: pipelines follow their runs, dashboards show lists.
MIX: dict[Ask, int] = {
    one_run: 45,
    part_of_a_log: 10,
    newest_runs: 12,
    a_later_page: 5,
    failed_runs: 6,
    runs_of_a_template: 8,
    images: 6,
    one_template: 5,
    templates: 3,
}


def kind(ask: Ask) -> str:
    return ask.__name__.replace("_", " ")


@dataclass(frozen=True)
class Sample:
    """One request: milliseconds from when it was due to its answer, and whether that was 200 or 206."""

    kind: str
    milliseconds: float
    good: bool


async def load(base: str, scene: Scene, rate: int, seconds: int) -> list[Sample]:
    """`rate` requests a second for so many seconds."""
    chance = random.Random(1)  # the same requests each time
    asked = chance.choices(list(MIX), list(MIX.values()), k=rate * seconds)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(base, connector=connector) as client:
        begun = time.perf_counter() + 0.1

        async def send(index: int, ask: Ask) -> Sample:
            path, headers = ask(scene, chance)
            due = begun + index / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            async with client.get(path, headers=headers) as answer:
                await answer.read()
            return Sample(kind(ask), (time.perf_counter() - due) * 1000, answer.status in GOOD)

        return await asyncio.gather(*(send(index, ask) for index, ask in enumerate(asked)))


def processor_seconds(home: Home) -> dict[str, float]:
    """Used so far: by Azurite, by the Functions host, by its workers, and by this process, which asks."""
    used = {"asking": time.process_time()}
    for part in ("azurite", "functions"):
        running = processes.find(home, part)
        process = psutil.Process(running.pid) if running else psutil.Process()
        used[part] = _seconds(process)
        used["workers"] = sum(map(_seconds, process.children(recursive=True)))
    return used


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def of_storage_alone(storage: str, scene: Scene) -> str:
    """What the table service can do by itself, asked by the SDK from four threads."""
    with TableServiceClient.from_connection_string(storage) as service, ThreadPoolExecutor(4) as pool:
        table = service.get_table_client(RUNS)
        keys = [row_key(run_id) for run_id in random.Random(1).sample(scene.runs, STORAGE_READS)]
        ranges = [f"RowKey ge '{key}' and PartitionKey ge '{partition_of(key)}'" for key in keys]
        points = partial(time_all, pool, lambda key: table.get_entity(partition_of(key), key), keys)
        pages = partial(time_all, pool, lambda asked: first_page(table, asked), ranges[: STORAGE_READS // 4])
        return f"Azurite alone: {points():.0f} reads of a row a second, or {pages():.0f} of twenty rows."


def first_page(table: TableClient, asked: str) -> list[TableEntity]:
    return list(next(table.query_entities(asked, results_per_page=20).by_page()))


def time_all(pool: ThreadPoolExecutor, call: Callable[[str], object], asked: Sequence[str]) -> float:
    """Calls a second."""
    begun = time.perf_counter()
    list(pool.map(call, asked))
    return len(asked) / (time.perf_counter() - begun)


def table(samples: Sequence[Sample], count: int, rate: int, seconds: int) -> str:
    rows = ["| | requests | p50 | p99 | most |", "|---|---|---|---|---|"]
    for name in (*map(kind, MIX), "all"):
        found = sorted(each.milliseconds for each in samples if name in (each.kind, "all"))
        if len(found) > 1:
            p99 = statistics.quantiles(found, n=100, method="inclusive")[98]
            rows.append(
                f"| {name} | {len(found)} | {statistics.median(found):.0f} | {p99:.0f} | {found[-1]:.0f} |"
            )
    bad = sum(not each.good for each in samples)
    rows += [
        "",
        f"{rate} requests a second for {seconds} s over {count} runs; {bad} were not answered well.",
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
        try:
            local = bring_up(home)
            scene = fill(local.endpoints.storage, local.endpoints.subscriptionId, arguments.runs)
            functions = local.endpoints.functions
            asyncio.run(load(functions, scene, 20, 3))  # connections, and what is made on first use
            before = processor_seconds(home)
            samples = asyncio.run(load(functions, scene, arguments.rate, arguments.seconds))
            after = processor_seconds(home)
            alone = of_storage_alone(local.endpoints.storage, scene)
        finally:
            take_down(home)
    spent = {name: (after[name] - before[name]) * 1000 / len(samples) for name in after}
    shares = ", ".join(f"{name} {milliseconds:.1f}" for name, milliseconds in spent.items())
    text = table(samples, arguments.runs, arguments.rate, arguments.seconds)
    text = f"{text}\n\nProcessor time of a request in ms: {shares}.\n{alone}"
    page.write("api_reads", text)
    print(text)


if __name__ == "__main__":
    main()
