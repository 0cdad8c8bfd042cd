"""Kills parts of a local Kiln at random moments of several builds, and checks what becomes of them."""

import os
import random
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

from cli.local import processes
from tests.faults.build.arm_calls import Lane
from tests.faults.build.cell import outputs_differ
from tests.faults.build.scene import LOCATIONS, Scene

VICTIMS = ("host", "worker", "cloud", "all")
LATEST_SECONDS = 4.0  # after the first build was started: a build takes about that long
BUILDS_AT_ONCE = 4


@dataclass(frozen=True)
class Killed:
    """One build, what was killed in which of its stages, and the promises that were broken."""

    seed: int
    victim: str
    stage: str
    run: dict[str, Any]
    problems: tuple[str, ...]


def kill_once(scene: Scene, seed: int) -> Iterator[Killed]:
    """Some builds side by side, one kill at a moment that the seed decides."""
    choice = random.Random(seed)
    victim, moment = choice.choice(VICTIMS), choice.uniform(0, LATEST_SECONDS)
    lanes = [Lane(f"kill-{seed:04d}-{i}", LOCATIONS[i]) for i in range(BUILDS_AT_ONCE)]
    with ThreadPoolExecutor(len(lanes)) as pool:
        run_ids = list(pool.map(lambda lane: scene.stack.build(scene.template(lane), lane.name), lanes))
    time.sleep(moment)  # the moment itself is what is tested
    stages = [scene.stack.run(run_id)["stage"] or "ended" for run_id in run_ids]
    kill(scene, victim)
    scene.stack.start_again()
    for run_id, lane, stage in zip(run_ids, lanes, stages, strict=True):
        run = scene.finish(run_id)
        yield Killed(seed, victim, stage, run, tuple(_problems(scene, lane, run)))


def kill(scene: Scene, victim: str) -> None:
    """SIGKILL, so that nothing can be put in order first."""
    found: list[psutil.Process] = []
    for part, names in (("functions", ("host", "all")), ("cloud", ("cloud", "all"))):
        running = processes.find(scene.stack.home, part)
        assert running is not None
        process = psutil.Process(running.pid)
        children = process.children(recursive=True)
        if victim in names:
            found += [process, *children]
        elif victim == "worker" and part == "functions":
            found += children
    for process in found:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(found, timeout=10)


def _problems(scene: Scene, lane: Lane, run: dict[str, Any]) -> list[str]:
    problems = [] if run["state"] == "Succeeded" else [f"ended {run['state']}: {run['error']}"]
    left = scene.left_over(run["id"])
    problems += [f"left over: {', '.join(left)}"] if left else []
    return problems + outputs_differ(scene, lane, run)
