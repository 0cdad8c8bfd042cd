"""A run on a terminal: a table of stages that is drawn anew in place, with the end of its log below."""

from collections import deque
from datetime import UTC, datetime

from rich.console import Console, Group
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from cli.models import STAGES, Run, Span, Stage
from cli.render.plain import PlainRenderer
from cli.render.words import duration, step_title

LOG_LINES = 8
MARKS = {
    "Succeeded": ("✓", "green"),
    "Failed": ("✗", "red"),
    "Canceled": ("■", "yellow"),
    "Skipped": ("-", "dim"),
    "Pending": ("·", "dim"),
}


class LiveRenderer:
    """Redraws by itself several times a second, so that the seconds run on between two answers."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self._run: Run | None = None
        self._log: deque[str] = deque(maxlen=LOG_LINES)
        self._spinner = Spinner("dots", style="cyan")
        self._note = ""
        self._live = Live(console=self.console, get_renderable=self.draw, refresh_per_second=8)
        self._live.start()

    def show(self, run: Run, lines: list[str]) -> None:
        self._run = run
        self._note = ""
        # Programs colour their output and move the cursor; here that would tear the table apart.
        self._log.extend(Text.from_ansi(line).plain.expandtabs() for line in lines)

    def finish(self, run: Run) -> None:
        """Leaves the table where it is and tells the end below it."""
        self._run = run
        self._log.clear()
        self.close()
        end = PlainRenderer(
            lambda line: self.console.print(line, markup=False, highlight=False, soft_wrap=True)
        )
        end.finish(run)

    def note(self, line: str) -> None:
        self._note = line

    def close(self) -> None:
        self._live.stop()

    def draw(self) -> Group:
        """The whole picture, as it is at this moment."""
        if self._run is None:
            return Group(Text("waiting for the run …", style="dim"))
        run, now = self._run, datetime.now(UTC)
        title = Text.assemble(
            (run.id, "bold"), f"  {run.state}  ", (duration(run.total.seconds(now)), "cyan")
        )
        log = [Text(f"  {line}", style="dim", no_wrap=True, overflow="ellipsis") for line in self._log]
        note = [Text(self._note, style="yellow")] if self._note else []
        return Group(title, self._stage_table(run, now), *log, *note)

    def _stage_table(self, run: Run, now: datetime) -> Table:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=1)
        grid.add_column(min_width=10)
        grid.add_column(justify="right", min_width=8)
        grid.add_column(no_wrap=True, overflow="ellipsis")
        for stage in with_pending(run.stages):
            mark, style = MARKS.get(stage.state, ("", "cyan"))
            grid.add_row(
                Text(mark, style=style) if mark else self._spinner,
                Text(stage.name, style="dim" if stage.state in {"Pending", "Skipped"} else ""),
                duration(stage.span.seconds(now)),
                Text(stage_detail(run, stage), style="dim"),
            )
        return grid


def with_pending(stages: tuple[Stage, ...]) -> list[Stage]:
    """The stages of every build; those that the run does not know of yet as pending."""
    known = {stage.name: stage for stage in stages}
    expected = [known.pop(name, Stage(name, "Pending", Span(None, None))) for name in STAGES]
    return [*expected, *known.values()]


def stage_detail(run: Run, stage: Stage) -> str:
    """What a stage is at: the customizer that runs or failed, or the regions of a gallery version."""
    if stage.name == "customize":
        for step in run.steps:
            if step.state in {"Running", "Failed"}:
                return step_title(step, len(run.steps))
    if stage.name == "replicate" and stage.state != "Pending":
        regions = [region for output in run.outputs for region in output.regions]
        return ", ".join(f"{region.name} {region.progress or 0} %" for region in regions)
    return ""
