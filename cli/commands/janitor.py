"""`kiln janitor`."""

from typing import Annotated

import typer

from cli.options import JsonOption

ApplyOption = Annotated[bool, typer.Option("--apply", help="Remove what is found, at once.")]


def janitor(apply: ApplyOption = False, as_json: JsonOption = False) -> None:
    """Tell what runs that are over have left behind; with --apply, remove it."""
    from cli.connect import connect
    from cli.json_types import objects, text
    from cli.output import print_json, print_rows

    with connect() as api:
        found = api.leftovers()
        if apply:
            api.sweep()
    if as_json:
        print_json({**found, "applied": apply})
        return
    rows = [(text(item, "run"), "the run", text(item, "reason")) for item in objects(found, "lostRuns")]
    rows += [
        (text(item, "run"), text(item, "id"), text(item, "reason")) for item in objects(found, "leftovers")
    ]
    if rows:
        print_rows(("run", "what", "why"), rows)
    else:
        print("nothing is left over")
    if rows:
        print("the janitor is at work" if apply else "nothing was changed: --apply removes it")
