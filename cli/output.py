"""What commands print: results on standard output, what is being done on standard error."""

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def say(line: str) -> None:
    """One line about what happens, kept apart from results."""
    # One write, so that parts which start side by side do not share a line.
    sys.stderr.write(f"kiln: {line}\n")
    sys.stderr.flush()


def print_json(body: object) -> None:
    """One document for machines."""
    print(json.dumps(body, indent=2, default=str))


def is_terminal() -> bool:
    """Whether a person watches standard output."""
    return sys.stdout.isatty()


def table(*columns: str, title: str | None = None) -> "Table":
    """A table with the look that all commands share."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; tab-separated lines otherwise, for `cut` and `awk`."""
    if not is_terminal():
        for row in rows:
            print("\t".join(row))
        return
    from rich.console import Console

    made = table(*columns)
    for row in rows:
        made.add_row(*row)
    Console().print(made)
