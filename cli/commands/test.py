"""`kiln test`."""

import os
import sys

import typer

SETTINGS = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def test(context: typer.Context) -> None:
    """Run Kiln's own tests; arguments go to pytest. Without any: the default tests, on all cores."""
    from cli.local.home import CHECKOUT, current_home
    from cli.local.setup import prepare_for_tests

    prepare_for_tests(current_home())
    os.chdir(CHECKOUT)
    arguments = context.args or ["-n", "auto", "--dist", "worksteal"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 -- pytest takes over
