"""Times the demo's build on this machine, cold and warm, per stage; writes the table in docs/performance.md.

`python -m benchmarks.build_local [--warm N] [--skip-cold]`. Cold means an empty home: the run makes the base
image itself. Warm runs start from it. Figures are seconds of wall-clock time, medians over the warm runs.
"""

import argparse
import os
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks import page
from cli.api import KilnApi
from cli.local.demo_scene import IMAGE, TEMPLATE, set_scene
from cli.local.environment import RESOURCE_GROUP
from cli.local.home import Home
from cli.local.setup import prepare
from cli.local.supervisor import Local, bring_up, take_down
from cli.models import Run
from cli.template_file import Address, read_template

STAGES = ("stage", "provision", "customize", "capture", "replicate", "cleanup")
LOOK_SECONDS, MOST_LOOKS = 0.2, 3000
Timing = dict[str, float]


def build(local: Local) -> Timing:
    """One build of the demo's template; raises RuntimeError when it does not succeed."""
    address = Address(IMAGE, RESOURCE_GROUP, local.endpoints.subscriptionId)
    template = read_template(TEMPLATE, address, set_scene(local))
    with KilnApi(local.endpoints.functions) as api:
        run_id = api.start_build(template.name, address.resource_group, template.document).id
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


def table(cold: Timing | None, warm: list[Timing]) -> str:
    rows = ["| | cold | warm (median) | warm (least to most) |", "|---|---|---|---|"]
    for name in (*STAGES, "total", "scripts"):
        values = sorted(timing[name] for timing in warm)
        first = f"{cold[name]:.1f}" if cold else "-"
        rows.append(
            f"| {name} | {first} | {statistics.median(values):.1f} | {values[0]:.1f} to {values[-1]:.1f} |"
        )
    share = statistics.median(timing["scripts"] / timing["total"] for timing in warm)
    rows += ["", f"The customizers' scripts take {share:.2f} of a warm build; `scripts` is their time alone."]
    if cold:
        ratio = statistics.median(timing["total"] for timing in warm) / cold["total"]
        rows += [f"A warm build takes {ratio:.2f} of a cold one."]
    rows += ["", f"{len(warm)} warm runs on {page.machine()}; seconds."]
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--warm", type=int, default=5, help="number of warm builds")
    parser.add_argument("--skip-cold", action="store_true", help="use the home of KILN_HOME, as it is")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kiln-bench-") as folder:
        home = Home(Path(os.environ["KILN_HOME"]) if arguments.skip_cold else Path(folder))
        prepare(home)
        local = bring_up(home)
        try:
            cold = None if arguments.skip_cold else build(local)
            text = table(cold, [build(local) for _ in range(arguments.warm)])
        finally:
            take_down(home)
    page.write("build_local", text)
    print(text)


if __name__ == "__main__":
    main()
