"""Following a run: its log in whole lines, and a service that is away for a while."""

from collections.abc import Callable

import httpx
import pytest

from cli import follow as module
from cli.api import KilnApi
from cli.errors import UnreachableError
from cli.follow import LogReader, follow
from cli.models import Run
from tests.unit.cli import runs

Answer = Callable[[httpx.Request], httpx.Response]


class Recorder:
    """Keeps what a renderer is told."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.notes: list[str] = []
        self.ended = ""
        self.closed = False

    def show(self, run: Run, lines: list[str]) -> None:
        self.lines += lines

    def finish(self, run: Run) -> None:
        self.ended = run.state

    def note(self, line: str) -> None:
        self.notes.append(line)

    def close(self) -> None:
        self.closed = True


def api(answer: Answer) -> KilnApi:
    return KilnApi("http://127.0.0.1", transport=httpx.MockTransport(answer))


def in_pieces(*pieces: bytes) -> Answer:
    """The log grows by one piece per request, and is complete with the last."""
    asked = iter(range(1, len(pieces) + 1))

    def answer(request: httpx.Request) -> httpx.Response:
        written = b"".join(pieces[: next(asked)])
        offset = int(request.url.params["offset"])
        is_last = written == b"".join(pieces)
        headers = {"x-kiln-next-offset": str(len(written)), "x-kiln-complete": str(is_last).lower()}
        return httpx.Response(200, content=written[offset:], headers=headers)

    return answer


def test_lines_are_whole_though_the_log_comes_in_any_pieces() -> None:
    text = "one\ncaf\u00e9\r\n 10%\r 90%\nno newline"
    pieces = [bytes([byte]) for byte in text.encode()]
    with api(in_pieces(*pieces)) as client:
        log = LogReader(client, "run")
        lines = [line for _ in pieces for line in log.new_lines()]
    assert lines == ["one", "caf\u00e9", " 90%", "no newline"]
    assert log.complete


def test_bytes_that_are_no_text_do_not_stop_it() -> None:
    with api(in_pieces(b"\xff\xfe\nfine\n")) as client:
        assert LogReader(client, "run").new_lines() == ["\ufffd\ufffd", "fine"]


def test_the_end_waits_for_the_rest_of_the_log() -> None:
    """The run is final at once, its log complete only with the third answer."""
    log = in_pieces(b"one\n", b"two\n", b"three\n")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/logs"):
            return log(request)
        return httpx.Response(200, json=runs.succeeded())

    seen = Recorder()
    with api(answer) as client:
        assert follow(client, runs.RUN_ID, seen).state == "Succeeded"
    assert seen.lines == ["one", "two", "three"]
    assert (seen.ended, seen.closed) == ("Succeeded", True)


def test_a_service_that_comes_back_is_followed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SLOWEST_SECONDS", 0.0)
    answers = iter([httpx.ConnectError("gone"), httpx.Response(503)])

    def answer(request: httpx.Request) -> httpx.Response:
        problem = next(answers, None)
        if isinstance(problem, Exception):
            raise problem
        if problem is not None:
            return problem
        if request.url.path.endswith("/logs"):
            return httpx.Response(200, headers={"x-kiln-complete": "true"})
        return httpx.Response(200, json=runs.succeeded())

    seen = Recorder()
    with api(answer) as client:
        assert follow(client, runs.RUN_ID, seen).state == "Succeeded"
    assert len(seen.notes) == 2


def test_a_service_that_stays_away_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("gone")

    seen = Recorder()
    with api(answer) as client, pytest.raises(UnreachableError, match="gone"):
        follow(client, runs.RUN_ID, seen, patience=0.0)
    assert seen.closed


def test_something_else_at_the_address_is_told() -> None:
    with api(lambda _: httpx.Response(200, text="<html>")) as client, pytest.raises(UnreachableError):
        client.run("x")
