"""`kiln show`."""

from cli.options import JsonOption, RunArgument
from cli.output import print_json


def show(run: RunArgument, as_json: JsonOption = False) -> None:
    """Show one run: its stages, customizers, outputs and error."""
    from cli.connect import connect
    from cli.render.run import run_lines

    with connect() as api:
        found = api.run(run)
    if as_json:
        print_json(found.body)
        return
    for line in run_lines(found):
        print(line)
