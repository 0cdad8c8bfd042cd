"""`kiln down`."""

from cli.options import JsonOption
from cli.output import print_json


def down(as_json: JsonOption = False) -> None:
    """Stop the local parts; their state stays."""
    from cli.local.home import current_home
    from cli.local.supervisor import take_down

    stopped = take_down(current_home())
    if as_json:
        print_json({"stopped": stopped})
    else:
        print(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")
