"""Puts the commands together, and turns the way one ends into its exit code (design, section 5)."""

import sys
from collections.abc import Sequence

import typer

from cli.commands.advise import advise
from cli.commands.build import build
from cli.commands.cancel import cancel
from cli.commands.convert import convert
from cli.commands.cycles import cycles
from cli.commands.demo import demo
from cli.commands.doctor import doctor
from cli.commands.down import down
from cli.commands.images import images
from cli.commands.janitor import janitor
from cli.commands.logs import logs
from cli.commands.plan import plan
from cli.commands.reset import reset
from cli.commands.runs import runs
from cli.commands.show import show
from cli.commands.test import SETTINGS as TEST_SETTINGS
from cli.commands.test import test
from cli.commands.up import up
from cli.commands.validate import validate
from cli.errors import BuildFailedError, CommandError, InvalidFileError
from cli.output import print_json

INTERRUPTED = 130
COMMANDS = (
    demo,
    up,
    down,
    reset,
    validate,
    convert,
    advise,
    plan,
    build,
    runs,
    show,
    logs,
    cancel,
    images,
    janitor,
    doctor,
)


def make_app() -> typer.Typer:
    """The command line; each command's help is its function's docstring."""
    app = typer.Typer(
        name="kiln",
        help="Kiln builds Azure VM images from Azure VM Image Builder templates.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for command in COMMANDS:
        app.command()(command)
    app.add_typer(cycles)
    app.command(context_settings=TEST_SETTINGS)(test)
    return app


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        make_app()(given, prog_name="kiln", standalone_mode=True)
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    except CommandError as error:
        _tell(error, as_json="--json" in given)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    return 0


def _tell(error: CommandError, *, as_json: bool) -> None:
    if as_json:
        body = {"code": error.code, "message": error.message, "details": list(error.details)}
        print_json({"error": body})
        return
    if isinstance(error, BuildFailedError):  # told in full where the run was followed
        return
    if isinstance(error, InvalidFileError):
        print(error.annotated, file=sys.stderr)
    else:
        for detail in error.details:
            print(_detail_line(detail), file=sys.stderr)
    print(f"kiln: {error.message}", file=sys.stderr)


def _detail_line(detail: object) -> str:
    if not isinstance(detail, dict):
        return str(detail)
    return f"{detail.get('target') or '(template)'}: {detail.get('message')} ({detail.get('code')})"
