"""Follows a run to its end: asks for its state and the new part of its log, and hands both to a renderer."""

import codecs
import time
from typing import Protocol

from cli.api import KilnApi
from cli.errors import UnreachableError
from cli.models import Run
from cli.output import is_terminal

FASTEST_SECONDS = 0.1
SLOWEST_SECONDS = 0.5
SLOWER = 1.3
PATIENCE_SECONDS = 60.0
"""How long a service that is away, as during a restart, is asked again."""


class Renderer(Protocol):
    """Shows a run while it goes on."""

    def show(self, run: Run, lines: list[str]) -> None: ...
    def finish(self, run: Run) -> None: ...
    def note(self, line: str) -> None: ...
    def close(self) -> None: ...


class LogReader:
    """The log of one run from an offset on, in whole lines; the last one may lack its newline."""

    def __init__(self, api: KilnApi, run_id: str) -> None:
        self._api = api
        self._run_id = run_id
        self._offset = 0
        self._rest = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.complete = False

    def new_lines(self) -> list[str]:
        """The lines that were written since the last call."""
        part = self._api.logs(self._run_id, self._offset)
        self._offset = part.next_offset
        self.complete = part.complete
        text = self._rest + self._decoder.decode(part.data, final=part.complete)
        # A carriage return inside a line is a progress bar drawing over itself; only its last state counts.
        *whole, self._rest = text.replace("\r\n", "\n").split("\n")
        if part.complete and self._rest:
            whole, self._rest = [*whole, self._rest], ""
        return [line.rpartition("\r")[2] for line in whole]


def make_renderer() -> Renderer:
    """A live one on a terminal, plain lines otherwise."""
    if is_terminal():
        from cli.render.live import LiveRenderer

        return LiveRenderer()
    from cli.render.plain import PlainRenderer

    return PlainRenderer()


def follow(api: KilnApi, run_id: str, renderer: Renderer, *, patience: float = PATIENCE_SECONDS) -> Run:
    """Returns the run in its final state, with its whole log shown.

    Raises `UnreachableError` once nothing has answered for `patience` seconds.
    """
    log = LogReader(api, run_id)
    pause = FASTEST_SECONDS
    last_answer = time.monotonic()
    last_seen: object = None
    try:
        while True:
            try:
                run, lines = api.run(run_id), log.new_lines()
            except UnreachableError:
                if time.monotonic() - last_answer > patience:
                    raise
                renderer.note("the service does not answer; trying again")
                time.sleep(SLOWEST_SECONDS)
                continue
            last_answer = time.monotonic()
            renderer.show(run, lines)
            if run.is_final and (log.complete or not lines):
                renderer.finish(run)
                return run
            pause = (
                FASTEST_SECONDS if lines or run.body != last_seen else min(pause * SLOWER, SLOWEST_SECONDS)
            )
            last_seen = run.body
            time.sleep(pause)
    finally:
        renderer.close()
