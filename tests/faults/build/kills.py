"""Kills 50 times, 200 builds in all, and writes docs/reliability.md: `python -m tests.faults.build.kills`.

`--kills N` and `--seed S` choose others; a seed repeats its moment and its victim.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from cli.local.home import CHECKOUT
from tests.faults.build.killing import VICTIMS, Killed, kill_once
from tests.faults.build.scene import scene
from tests.faults.page import write_section


def main() -> int:
    given = _options()
    began = time.monotonic()
    killed: list[Killed] = []
    with tempfile.TemporaryDirectory(prefix="kiln-kills-") as folder:
        npm = Path(os.environ.get("KILN_HOME", CHECKOUT / ".kiln")) / "npm"
        (Path(folder) / "npm").symlink_to(npm)
        with scene(Path(folder)) as running:
            for seed in range(given.seed, given.seed + given.kills):
                for each in kill_once(running, seed):
                    killed.append(each)
                    _show(each, time.monotonic() - began)
    write_section("kills", _table(killed) + _summary(killed, given.seed, time.monotonic() - began))
    return 1 if any(each.problems for each in killed) else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="of four builds each")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _show(each: Killed, seconds: float) -> None:
    problems = "".join(f"\n    {problem}" for problem in each.problems)
    line = (
        f"{seconds:6.1f} s  seed {each.seed}: {each.victim} in {each.stage}: {each.run['state']}{problems}\n"
    )
    sys.stdout.write(line)
    sys.stdout.flush()


def _table(killed: Sequence[Killed]) -> str:
    """Builds by what was killed and in which stage; a broken promise in bold."""
    stages = list(dict.fromkeys(record["name"] for each in killed for record in each.run["stages"]))
    count = Counter((each.victim, each.stage) for each in killed)
    broken = Counter((each.victim, each.stage) for each in killed if each.problems)
    columns = [*stages, "ended"]
    lines = ["| killed | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for victim in VICTIMS:
        cells = [
            f"{count[victim, stage]}"
            + (f" (**{broken[victim, stage]} broken**)" if broken[victim, stage] else "")
            for stage in columns
        ]
        lines.append(f"| {victim} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _summary(killed: Sequence[Killed], seed: int, seconds: float) -> str:
    broken = sum(1 for each in killed if each.problems)
    kills = len({each.seed for each in killed})
    return (
        f"\n{len(killed)} builds, {kills} kills from seed {seed}, in {seconds / 60:.0f} minutes: "
        f"{len(killed) - broken} succeeded with each output there once and nothing left, {broken} did not.\n"
    )


if __name__ == "__main__":
    sys.exit(main())
