"""A run as plain lines, for pipes and CI logs: one line per thing that started or ended, and its output."""

from collections.abc import Callable, Iterator

from cli.models import Run, Stage
from cli.render.words import duration, error_lines, output_lines, result, step_title

NAME_WIDTH = 10
ENDED = frozenset({"Succeeded", "Failed", "Skipped", "Canceled"})


class PlainRenderer:
    """Prints only what changed since the last snapshot of the run."""

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._write = write
        self._told: set[tuple[str, str]] = set()

    def show(self, run: Run, lines: list[str]) -> None:
        """The run as it is now, and the log lines since the last call, which came before it."""
        self._once("run", "started", f"run {run.id}")
        steps = list(self._step_lines(run))
        for line in lines:
            self._write(f"  | {line}")
        for line in steps:
            self._write(line)
        for stage in run.stages:
            if stage.state in ENDED - {"Skipped"}:
                self._once(stage.name, "ended", _stage_line(stage))

    def finish(self, run: Run) -> None:
        """How the run ended."""
        if run.state not in {"Succeeded", "Canceled"}:
            for line in error_lines(run):
                self._write(line)
        for output in run.outputs:
            for line in output_lines(output):
                self._write(line)
        self._write(f"{run.id} {run.state} in {duration(run.total.seconds())}")

    def note(self, line: str) -> None:
        self._write(line)

    def close(self) -> None:
        """Nothing is left open: every line is whole."""

    def _step_lines(self, run: Run) -> Iterator[str]:
        """Tells at once that a step started; yields a line for each that ended, told after its output."""
        for step in run.steps:
            title = f"{'customize':<{NAME_WIDTH}} {step_title(step, len(run.steps))} …"
            key = f"step {step.index}"
            if step.state in ENDED - {"Skipped"} and (key, "ended") not in self._told:
                self._told.add((key, "ended"))
                code = f" (exit code {step.exit_code})" if step.exit_code else ""
                yield f"{title} {result(step.state)}{code} {duration(step.span.seconds())}".rstrip()
            elif step.state == "Running":
                self._once(key, "started", title)

    def _once(self, subject: str, event: str, line: str) -> None:
        if (subject, event) not in self._told:
            self._told.add((subject, event))
            self._write(line)


def _stage_line(stage: Stage) -> str:
    return f"{stage.name:<{NAME_WIDTH}} {result(stage.state)} {duration(stage.span.seconds())}".rstrip()
