"""Times the demo's build on this machine per stage, in four cases; writes the table in docs/performance.md.

`python -m benchmarks.build_local [--rounds N] [--skip-cold]`. Cold means an empty home: the run makes the
base image itself. The others start from it: without layers of earlier builds, with another last line in the
last script, and with nothing changed. Figures are seconds of wall-clock time, medians over the rounds.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import page
from cli.api import KilnApi
from cli.json_types import child, objects, texts
from cli.local.demo_scene import IMAGE, TEMPLATE, set_scene
from cli.local.environment import RESOURCE_GROUP
from cli.local.home import Home, current_home
from cli.local.setup import prepare
from cli.local.supervisor import Local, bring_up, take_down
from cli.models import Run
from cli.template_file import Address, read_template

STAGES = ("stage", "provision", "customize", "capture", "replicate", "cleanup")
LOOK_SECONDS, MOST_LOOKS = 0.05, 12000
COLD, UNCACHED, LATE, SAME = "cold", "no layers", "one late line changed", "nothing changed"
Timing = dict[str, float]


def build(local: Local, *, cache: bool = True, remark: str = "") -> Timing:
    """One build of the demo's template, its last line with another remark.

    Raises RuntimeError when it does not succeed.
    """
    address = Address(IMAGE, RESOURCE_GROUP, local.endpoints.subscriptionId)
    template = read_template(TEMPLATE, address, set_scene(local))
    last = objects(child(template.document, "properties"), "customize")[-1]
    last["inline"] = [*texts(last, "inline"), f"# {remark}"]
    with KilnApi(local.endpoints.functions) as api:
        run_id = api.start_build(template.name, address.resource_group, template.document, cache=cache).id
        run = api.run(run_id)
        for _ in range(MOST_LOOKS):
            if run.is_final:
                break
            time.sleep(LOOK_SECONDS)
            run = api.run(run_id)
    if run.state != "Succeeded":
        raise RuntimeError(f"{run.id} ended {run.state}: {run.error}")
    return timing(run)


def timing(run: Run) -> Timing:
    """Seconds by stage, of the whole run, and of its customizers' scripts alone."""
    spent = {stage.name: stage.span.seconds() or 0.0 for stage in run.stages}
    scripts = sum(step.span.seconds() or 0.0 for step in run.steps)
    return {**spent, "total": run.span.seconds() or 0.0, "scripts": scripts}


def table(cases: dict[str, list[Timing]], load: float) -> str:
    rows = [f"| | {' | '.join(cases)} |", "|---" * (len(cases) + 1) + "|"]
    for name in (*STAGES, "total", "scripts"):
        cells = [cell([timing[name] for timing in timings]) for timings in cases.values()]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    beyond = [timing["total"] - timing["scripts"] for timing in cases[LATE]]
    rounds = len(beyond)
    return "\n".join(
        [
            *rows,
            "",
            "`scripts` are the customizers alone, from start to end as Kiln sees it. With one late line"
            f" changed, the build takes {cell(beyond)} s more than they do.",
            "",
            f"{rounds} rounds on {page.machine()}, load average {load:.1f} at the start; seconds, the median"
            " (least to most).",
        ]
    )


def cell(values: list[float]) -> str:
    if not values:
        return "-"
    found = sorted(values)
    spread = f" ({found[0]:.1f} to {found[-1]:.1f})" if len(found) > 1 else ""
    return f"{statistics.median(found):.1f}{spread}"


def measure(local: Local, rounds: int, *, cold: bool) -> dict[str, list[Timing]]:
    cases: dict[str, list[Timing]] = {COLD: [], UNCACHED: [], LATE: [], SAME: []}
    first = build(local, remark="first")
    if cold:
        cases[COLD].append(first)
    for number in range(rounds):
        cases[UNCACHED].append(build(local, cache=False, remark="first"))
        cases[LATE].append(build(local, remark=f"{number} of {time.time():.0f}"))
        cases[SAME].append(build(local, remark="first"))
    return cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--skip-cold", action="store_true", help="use the home of KILN_HOME, as it is")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        home = Home(Path(os.environ["KILN_HOME"]) if arguments.skip_cold else Path(folder))
        prepare(current_home())
        home.create()
        if not home.npm.exists():
            home.npm.symlink_to(current_home().npm)
        try:
            local = bring_up(home)
            cases = measure(local, arguments.rounds, cold=not arguments.skip_cold)
        finally:
            take_down(home)
    text = table(cases, load)
    page.write("build_local", text)
    print(text)


if __name__ == "__main__":
    main()
