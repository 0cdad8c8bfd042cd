"""`--follow`, the same for every command that has it."""

from cli.api import KilnApi
from cli.errors import BuildFailedError
from cli.follow import Renderer, follow, make_renderer
from cli.models import Run
from cli.output import say
from cli.render.quiet import QuietRenderer


def follow_to_end(api: KilnApi, run_id: str, *, quiet: bool) -> Run:
    """Follows the run; raises `BuildFailedError` unless it succeeded. Ctrl-C leaves the run alone."""
    renderer: Renderer = QuietRenderer() if quiet else make_renderer()
    try:
        run = follow(api, run_id, renderer)
    except KeyboardInterrupt:
        say(f"{run_id} goes on; follow it again with: ./kiln logs {run_id} --follow")
        raise
    if run.state != "Succeeded":
        message = run.error.message if run.error else f"the run ended {run.state}"
        raise BuildFailedError(message, code=run.error.code if run.error else run.state, details=[run.body])
    return run
