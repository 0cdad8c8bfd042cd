"""One run as text, for `kiln show`."""

from collections.abc import Iterator

from cli.models import Run
from cli.render.live import with_pending
from cli.render.words import cache_words, duration, error_lines, output_lines, result, step_title

WIDTH = 10


def run_lines(run: Run) -> Iterator[str]:
    """Everything about the run, a line at a time."""
    yield f"{'run':<{WIDTH}} {run.id}"
    yield f"{'template':<{WIDTH}} {run.template} in resource group {run.resource_group}, {run.location}"
    yield f"{'state':<{WIDTH}} {run.state} {duration(run.total.seconds())}".rstrip()
    if run.built_by:
        yield f"{'built by':<{WIDTH}} {run.built_by}"
    if run.source:
        yield f"{'source':<{WIDTH}} {run.source.get('exactVersion')}"
    yield ""
    for stage in with_pending(run.stages):
        yield f"{stage.name:<{WIDTH}} {result(stage.state):<8} {duration(stage.span.seconds())}".rstrip()
        if stage.name == "customize":
            yield from _step_lines(run)
    for note in run.notes:
        yield f"{'note':<{WIDTH}} {note}"
    for output in run.outputs:
        yield ""
        yield from output_lines(output)
    if run.error:
        yield ""
        yield from error_lines(run)


def _step_lines(run: Run) -> Iterator[str]:
    for step in run.steps:
        code = "" if step.exit_code is None else f" (exit code {step.exit_code})"
        ended = f"{result(step.state)}{code} {duration(step.span.seconds())}".rstrip()
        cache = cache_words(step)
        yield f"  {step_title(step, len(run.steps))}: {ended}" + (f" ({cache})" if cache else "")
