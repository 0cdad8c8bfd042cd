"""Fixtures for tests of one customizer each: a test module names it in `CUSTOMIZER`."""

import difflib
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from shared.customizers.kind import CUSTOMIZE
from shared.customizers.registry import customizer_kinds, read_customizers
from shared.domain.problems import InvalidTemplateError
from shared.domain.steps import Step
from shared.domain.template import Customizer
from shared.reading.object_reader import read_object
from shared.reading.report import KILN_API_VERSION, Report
from tests.unit.customizers.guest import SHELLS, TOOLS, Guest, TinyGuest, link_tool

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files without writing a log."""

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def read(request: pytest.FixtureRequest) -> Callable[..., Customizer]:
    """Reads members of the module's customizer; raises InvalidTemplateError as a whole template would."""

    def read_members(*, api_version: str = "2025-10-01", **members: object) -> Customizer:
        document = {"type": request.module.CUSTOMIZER, **members}
        report = Report(api_version)
        fields = read_object(document, "", report)
        assert fields is not None
        found = read_customizers([fields], CUSTOMIZE)
        report.raise_problems(document)
        return found[0]

    return read_members


@pytest.fixture
def faults(read: Callable[..., Customizer]) -> Callable[..., list[tuple[str, str, str]]]:
    """Place, code and message of every problem of some members."""

    def faults_of(**members: object) -> list[tuple[str, str, str]]:
        with pytest.raises(InvalidTemplateError) as caught:
            read(**members)
        return [(problem.path, problem.code, problem.message) for problem in caught.value.problems]

    return faults_of


@pytest.fixture
def step(request: pytest.FixtureRequest, read: Callable[..., Customizer]) -> Callable[..., Step]:
    """What the module's customizer comes to at index 3; members of Kiln's own are read too."""

    def step_of(**members: object) -> Step:
        customizer = read(api_version=KILN_API_VERSION, **members)
        made = customizer_kinds()[request.module.CUSTOMIZER].step(3, customizer)
        assert isinstance(made, Step)
        return made

    return step_of


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compares a text with a golden file and shows the difference."""
    update = request.config.getoption("--update-golden", default=False)

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if update:
            path.write_text(text)
        expected = path.read_text() if path.exists() else ""
        difference = difflib.unified_diff(expected.splitlines(), text.splitlines(), name, "made", lineterm="")
        assert text == expected, "\n".join(difference)

    return compare


@pytest.fixture
def blobs(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address that its files are served at."""
    folder = tmp_path / "blobs"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield folder, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(params=SHELLS)
def make_guest(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[..., Guest]:
    """Makes a guest with the downloaders that a test names."""
    shell = SHELLS[request.param]
    if not Path(shell[0]).exists():
        pytest.skip(f"{shell[0]} is not installed")

    def make(*downloaders: str) -> Guest:
        folder = tmp_path / f"bin-{request.param}"
        folder.mkdir()
        for tool in (*TOOLS, *downloaders):
            link_tool(folder / tool, shell[0] if request.param == "busybox" else None)
        return Guest(shell, folder)

    return make


@pytest.fixture
def tiny(tmp_path: Path) -> TinyGuest:
    """A guest of the local cloud with a disk of its own."""
    return TinyGuest(tmp_path / "guest")
