"""Runs the whole fault matrix and writes it into docs/reliability.md: `python -m tests.faults.build.matrix`.

Takes a quarter of an hour. Exits with 1 when a promise was broken; the table then shows where.
"""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cli.local.home import CHECKOUT
from tests.faults.build.arm_calls import ArmCall, Lane
from tests.faults.build.cell import Outcome
from tests.faults.build.cells import all_cells, run_cells
from tests.faults.build.fault_kinds import KINDS
from tests.faults.build.scene import LOCATIONS, scene
from tests.faults.page import write_section


def main() -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kiln-matrix-") as folder:
        npm = Path(os.environ.get("KILN_HOME", CHECKOUT / ".kiln")) / "npm"
        (Path(folder) / "npm").symlink_to(npm)
        with scene(Path(folder)) as running:
            calls = running.calls(Lane("probe", LOCATIONS[0]))
            outcomes = []
            for outcome in run_cells(running, all_cells(calls)):
                outcomes.append(outcome)
                _show(outcome, time.monotonic() - began)
    broken = [outcome for outcome in outcomes if outcome.problems]
    write_section("matrix", _table(calls, outcomes) + _summary(outcomes, broken, time.monotonic() - began))
    return 1 if broken else 0


def _show(outcome: Outcome, seconds: float) -> None:
    problems = "".join(f"\n    {problem}" for problem in outcome.problems)
    line = f"{seconds:6.1f} s  {outcome.call.label} | {outcome.kind.name} | {outcome.text}{problems}\n"
    sys.stdout.write(line)
    sys.stdout.flush()


def _table(calls: Sequence[ArmCall], outcomes: Sequence[Outcome]) -> str:
    ended = {(outcome.call, outcome.kind.name): outcome.text for outcome in outcomes}
    lines = ["| call | " + " | ".join(kind.name for kind in KINDS) + " |", "|---" * (len(KINDS) + 1) + "|"]
    for call in calls:
        cells = [ended.get((call, kind.name), "") for kind in KINDS]
        lines.append(f"| {call.label} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _summary(outcomes: Sequence[Outcome], broken: Sequence[Outcome], seconds: float) -> str:
    swept = sum(1 for outcome in outcomes if outcome.swept)
    return (
        f"\n{len(outcomes)} builds in {seconds / 60:.0f} minutes; {len(broken)} broke a promise; "
        f"the janitor had to remove something after {swept} (†).\n"
    )


if __name__ == "__main__":
    sys.exit(main())
