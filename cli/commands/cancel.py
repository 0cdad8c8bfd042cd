"""`kiln cancel`."""

from cli.options import JsonOption, RunArgument
from cli.output import print_json


def cancel(run: RunArgument, as_json: JsonOption = False) -> None:
    """Ask a run to stop; it still cleans up, and ends Canceled."""
    from cli.connect import connect

    with connect() as api:
        api.cancel(run)
    if as_json:
        print_json({"id": run, "state": "Canceling"})
    else:
        print(f"{run} is being cancelled; `kiln logs {run} --follow` shows its end")
