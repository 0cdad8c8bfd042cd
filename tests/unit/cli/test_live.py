"""The picture of a run on a terminal."""

import io

from rich.console import Console

from cli.models import Run
from cli.render.live import LiveRenderer
from tests.unit.cli import runs


def drawn(body: dict[str, object], lines: list[str]) -> str:
    screen = Console(file=io.StringIO(), width=80, height=30)
    renderer = LiveRenderer(Console(file=io.StringIO(), width=80))
    try:
        renderer.show(Run.read(body), lines)
        screen.print(renderer.draw())
    finally:
        renderer.close()
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_stages_show_their_marks_times_and_what_they_are_at() -> None:
    rows = [row.split() for row in drawn(runs.customizing(), []).splitlines()]
    assert ["✓", "provision", "2.1", "s"] in rows
    assert ["·", "capture"] in rows


def test_the_running_customizer_is_named() -> None:
    assert "[2/2] Shell configure" in drawn(runs.customizing(), [])


def test_stages_that_the_run_does_not_list_are_pending() -> None:
    assert "· cleanup" in drawn({**runs.customizing(), "stages": []}, [])


def test_the_log_is_cut_to_its_last_lines_and_to_the_width() -> None:
    shown = drawn(runs.customizing(), [f"line {number}" for number in range(20)] + ["x" * 200])
    assert "line 12" not in shown
    assert "line 19" in shown
    assert max(len(line) for line in shown.splitlines()) <= 80


def test_control_sequences_do_not_reach_the_terminal() -> None:
    shown = drawn(runs.customizing(), ["\x1b[31mred\x1b[0m \x1b[2Jgone"])
    assert "\x1b" not in shown
    assert "red gone" in shown


def test_markup_in_a_log_is_text() -> None:
    assert "[bold]not markup[/bold]" in drawn(runs.customizing(), ["[bold]not markup[/bold]"])
