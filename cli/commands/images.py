"""`kiln images`."""

from typing import Annotated

import typer

from cli.options import JsonOption
from cli.output import print_json

StaleOption = Annotated[bool, typer.Option("--stale", help="Only those whose base has a newer version.")]
LineageOption = Annotated[
    str | None, typer.Option("--lineage", metavar="ID", help="What a version is made from, and what from it.")
]


def images(stale: StaleOption = False, lineage: LineageOption = None, as_json: JsonOption = False) -> None:
    """List the image versions that Kiln has published, and what they were built on."""
    from cli.connect import connect
    from cli.render.images import print_images, print_lineage

    with connect() as api:
        body = api.lineage(lineage) if lineage else api.images(stale=stale)
    if as_json:
        print_json(body)
    elif lineage:
        print_lineage(body)
    else:
        print_images(body)
