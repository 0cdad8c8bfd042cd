"""`kiln runs`."""

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output import print_json, print_rows

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="At most so many.")]

State = Annotated[str, typer.Option("--state", help="Only these states, with commas: Failed,Canceled.")]
Template = Annotated[str, typer.Option("--template", help="Only of the template with this name or ARM id.")]


def runs(limit: Limit = 20, state: State = "", template: Template = "", as_json: JsonOption = False) -> None:
    """List the newest runs."""
    from cli.connect import connect
    from cli.render.words import duration

    with connect() as api:
        found = api.runs(limit, state, template)
    if as_json:
        print_json([run.body for run in found])
        return
    rows = [
        (
            run.id,
            run.state,
            run.stage,
            run.created.strftime("%Y-%m-%d %H:%M:%S") if run.created else "",
            duration(run.total.seconds()),
        )
        for run in found
    ]
    print_rows(("run", "state", "stage", "created (UTC)", "time"), rows)
