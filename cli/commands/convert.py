"""`kiln convert`."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.local.environment import RESOURCE_GROUP
from cli.options import GroupOption, NameOption, ParametersOption, SetOption, TemplateArgument

OutOption = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Where to write; standard output by default."),
]


def convert(
    file: TemplateArgument,
    out: OutOption = None,
    name: NameOption = None,
    resource_group: GroupOption = RESOURCE_GROUP,
    values: SetOption = None,
    parameters: ParametersOption = None,
) -> None:
    """Write the bare image template of an ARM deployment template: parameters and expressions resolved."""
    from cli.template_file import load_template

    found = load_template(file, name, resource_group, values, parameters)
    text = json.dumps(found.document, indent=2, ensure_ascii=False) + "\n"
    if out is None:
        print(text, end="")
    else:
        out.write_text(text, encoding="utf-8")
        print(f"{out}: the image template {found.name}")
