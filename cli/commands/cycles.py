"""`kiln cycles list | show | start | cancel`."""

import time
from typing import Annotated

import typer

from cli.api import KilnApi
from cli.errors import BuildFailedError, UsageError
from cli.json_types import Json, objects, text
from cli.options import FollowOption, JsonOption
from cli.output import print_json, print_rows

LOOK_SECONDS = 1.0  # between two looks at a cycle that is followed
PolicyArgument = Annotated[str, typer.Argument(metavar="POLICY", help="The patch policy's name.")]
CycleArgument = Annotated[
    str | None, typer.Argument(metavar="[CYCLE]", help="The cycle's id; the policy's newest unless given.")
]
AnyPolicy = Annotated[str | None, typer.Argument(metavar="[POLICY]", help="Only this policy's.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Only tell what would be built, and in what waves.")
]

cycles = typer.Typer(
    name="cycles", help="Patch cycles: list, show, start or cancel them.", no_args_is_help=True
)


@cycles.command("list")
def list_cycles(policy: AnyPolicy = None, as_json: JsonOption = False) -> None:
    """List the cycles of every patch policy, or of one, the newest first."""
    from cli.connect import connect
    from cli.render.cycles import COLUMNS, row

    with connect() as api:
        names = (
            [policy] if policy else [text(each, "name") for each in objects(api.patch_policies(), "value")]
        )
        found = [cycle for name in names for cycle in objects(api.cycles(name), "value")]
    if as_json:
        print_json(found)
    else:
        print_rows(COLUMNS, [row(cycle) for cycle in found])


@cycles.command()
def show(policy: PolicyArgument, cycle: CycleArgument = None, as_json: JsonOption = False) -> None:
    """Show a cycle: its state, what it waits for, and each template with its run and reason."""
    from cli.connect import connect

    with connect() as api:
        _print(_cycle(api, policy, cycle), as_json=as_json)


@cycles.command()
def start(
    policy: PolicyArgument,
    dry_run: DryRunOption = False,
    follow: FollowOption = False,
    as_json: JsonOption = False,
) -> None:
    """Start a cycle now; followed to its end, exit 1 unless every build succeeded. A dry run is."""
    from cli.connect import connect

    with connect() as api:
        cycle = api.start_cycle(policy, dry_run=dry_run)
        while (follow or dry_run) and text(cycle, "state") == "Running":
            time.sleep(LOOK_SECONDS)
            cycle = api.cycle(policy, text(cycle, "id"))
    state = text(cycle, "state")
    if state not in ("Running", "Succeeded"):
        if not as_json:
            _print(cycle, as_json=False)
        raise BuildFailedError(
            text(cycle, "reason") or f"the cycle ended {state}", code=state, details=[cycle]
        )
    _print(cycle, as_json=as_json)


@cycles.command()
def cancel(policy: PolicyArgument, cycle: CycleArgument = None, as_json: JsonOption = False) -> None:
    """Begin no further wave, and cancel the cycle's own builds that go on."""
    from cli.connect import connect

    with connect() as api:
        found = _cycle(api, policy, cycle)
        asked = api.cancel_cycle(policy, text(found, "id"))
    if as_json:
        print_json(asked)
    elif text(asked, "state") == "Running":
        print(f"{text(asked, 'id')} is being cancelled; `kiln cycles show {policy}` shows its end")
    else:
        print(f"{text(asked, 'id')} had ended {text(asked, 'state')} before")


def _cycle(api: KilnApi, policy: str, cycle: str | None) -> Json:
    """The one that is named, or the newest."""
    if cycle:
        return api.cycle(policy, cycle)
    found = objects(api.cycles(policy), "value")
    if not found:
        raise UsageError(f"the patch policy {policy} has had no cycle", code="CycleNotFound")
    return found[0]


def _print(cycle: Json, *, as_json: bool) -> None:
    from cli.render.cycles import cycle_lines

    if as_json:
        print_json(cycle)
        return
    for line in cycle_lines(cycle):
        print(line)
