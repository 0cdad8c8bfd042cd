"""`kiln up`."""

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output import print_json

Detach = Annotated[
    bool, typer.Option("--detach", "-d", help="Return when everything is ready, and leave it running.")
]


def up(detach: Detach = False, as_json: JsonOption = False) -> None:
    """Start Kiln and the local cloud on this machine, and print where they are.

    Without --detach it stays in the foreground, starts again what dies, and stops everything on Ctrl-C.
    """
    from cli.local.foreground import watch
    from cli.local.home import current_home
    from cli.local.setup import prepare
    from cli.local.supervisor import bring_up, take_down
    from cli.render.addresses import print_addresses

    home = current_home()
    prepare(home)
    try:
        local = bring_up(home)
        if as_json:
            print_json(local.endpoints.to_json())
        else:
            print_addresses(local.endpoints)
        if not detach:
            watch(home)
    except KeyboardInterrupt:
        take_down(home)
        raise
