"""Options that several commands share, spelled and explained once."""

from pathlib import Path
from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
FollowOption = Annotated[bool, typer.Option("--follow", "-f", help="Stay until the run ends.")]
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, as `kiln runs` lists it.")]
TemplateArgument = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="An AIB image template (JSON), or an ARM deployment template that holds one.",
        show_default=False,
    ),
]
NameOption = Annotated[str | None, typer.Option("--name", help="The template's name; the file's by default.")]
GroupOption = Annotated[str, typer.Option("--resource-group", "-g", help="The template's resource group.")]
SetOption = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="Fills the placeholder <NAME>.")
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Run every customizer, whatever earlier builds have kept.")
]
ParametersOption = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters",
        "-p",
        metavar="FILE|NAME=VALUE",
        help="A deployment template's parameters; FILE.parameters.json beside it is read by itself.",
    ),
]
