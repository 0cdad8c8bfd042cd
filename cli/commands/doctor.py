"""`kiln doctor`."""

import typer

from cli.options import JsonOption
from cli.output import print_json, print_rows


def doctor(as_json: JsonOption = False) -> None:
    """Check what the local parts need; exit 1 with how to fix what is wrong."""
    from cli.local.checks import run_checks
    from cli.local.home import current_home

    checks = run_checks(current_home())
    if as_json:
        print_json([check.to_json() for check in checks])
    else:
        rows = [(check.name, "ok" if check.ok else "WRONG", check.finding, check.advice) for check in checks]
        print_rows(("check", "", "found", "to fix it"), rows)
    if not all(check.ok for check in checks):
        raise typer.Exit(1)
