"""`kiln reset`."""

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output import print_json

Everything = Annotated[
    bool, typer.Option("--all", help="Also the caches: base images and npm packages, minutes to make again.")
]


def reset(everything: Everything = False, as_json: JsonOption = False) -> None:
    """Stop the local parts and remove their state; caches stay unless --all."""
    from cli.local.home import current_home
    from cli.local.state import remove_state
    from cli.local.supervisor import take_down

    home = current_home()
    take_down(home)
    removed = remove_state(home, keep_caches=not everything)
    if as_json:
        print_json({"removed": [str(path) for path in removed]})
    else:
        print(f"removed {len(removed)} entries from {home.root}" if removed else "nothing to remove")
