"""Runs many cells side by side, each in a region of its own, so that no fault strikes another's build."""

import itertools
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue

from tests.faults.build.arm_calls import ArmCall, Lane
from tests.faults.build.cell import Outcome, run_cell
from tests.faults.build.fault_kinds import KINDS, FaultKind
from tests.faults.build.scene import LOCATIONS, Scene

Cell = tuple[ArmCall, FaultKind]


def all_cells(calls: Iterable[ArmCall]) -> list[Cell]:
    """Every call with every fault that can strike it; the slowest first, so that they do not run alone."""
    cells = [
        (call, kind)
        for kind, call in itertools.product(KINDS, calls)
        if call.begins_operation or not kind.of_operation
    ]
    slow = ("operation hangs", "500, for good")
    return sorted(cells, key=lambda cell: cell[1].name not in slow)


def run_cells(scene: Scene, cells: Iterable[Cell]) -> Iterator[Outcome]:
    """Outcomes as they come."""
    free: SimpleQueue[str] = SimpleQueue()
    for location in LOCATIONS:
        free.put(location)

    def run(number: int, cell: Cell) -> Outcome:
        location = free.get()
        try:
            return run_cell(scene, *cell, Lane(f"cell-{number:03d}", location))
        finally:
            free.put(location)

    with ThreadPoolExecutor(len(LOCATIONS)) as pool:
        started = [pool.submit(run, number, cell) for number, cell in enumerate(cells)]
        for ended in as_completed(started):
            yield ended.result()
