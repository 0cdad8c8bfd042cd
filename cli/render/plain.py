"""A run as plain lines, for pipes and CI logs: one line per thing that started or ended, and its output."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from cli.models import Run, Step
from cli.render.words import duration, error_lines, output_lines, result, step_title

NAME_WIDTH = 10
ENDED = frozenset({"Succeeded", "Failed", "Canceled"})
SILENT_STAGES = frozenset({"stage", "provision"})
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _End:
    """Something that ended, and the line that tells it."""

    when: datetime
    subject: str
    line: str


class PlainRenderer:
    """Prints only what changed since the last snapshot of the run."""

    def __init__(self, write: Callable[[str], None] = print) -> None:
        self._write = write
        self._told: set[tuple[str, str]] = set()

    def show(self, run: Run, lines: list[str]) -> None:
        """The run as it is now, and the log lines since the last call.

        What a stage before the customizers ended with comes before the lines, which are theirs.
        """
        self._once("run", "started", f"run {run.id}")
        self._told = {each for each in self._told if each[0] != "note"}
        ends = sorted(chain(_step_ends(run), _stage_ends(run)), key=lambda end: end.when)
        for end in ends:
            if end.subject in SILENT_STAGES:
                self._once(end.subject, "ended", end.line)
        for step in run.steps:
            if step.cache == "hit":
                self._once(f"step {step.index}", "ended", f"{_step_start(run, step)} cached")
        for line in lines:
            self._write(f"  | {line}")
        for end in ends:
            self._once(end.subject, "ended", end.line)
        for step in run.steps:
            if step.state == "Running":
                self._once(f"step {step.index}", "started", _step_start(run, step))

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
        """Said once, until the run is seen again."""
        self._once("note", line, line)

    def close(self) -> None:
        """Nothing is left open: every line is whole."""

    def _once(self, subject: str, event: str, line: str) -> None:
        if (subject, event) not in self._told:
            self._told.add((subject, event))
            self._write(line)


def _stage_ends(run: Run) -> Iterator[_End]:
    for stage in run.stages:
        if stage.state in ENDED:
            line = f"{stage.name:<{NAME_WIDTH}} {result(stage.state)} {duration(stage.span.seconds())}"
            yield _End(stage.span.ended or LAST, stage.name, line.rstrip())


def _step_ends(run: Run) -> Iterator[_End]:
    for step in run.steps:
        if step.state in ENDED:
            code = f" (exit code {step.exit_code})" if step.exit_code else ""
            ended = f"{result(step.state)}{code} {duration(step.span.seconds())}"
            line = f"{_step_start(run, step)} {ended}"
            yield _End(step.span.ended or LAST, f"step {step.index}", line.rstrip())


def _step_start(run: Run, step: Step) -> str:
    return f"{'customize':<{NAME_WIDTH}} {step_title(step, len(run.steps))} …"
