"""An app that the production worker would refuse is refused here, with the file and the function named."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.functions_host.app_functions import runnable
from local.functions_host.errors import LoadError
from local.functions_host.functions import FunctionMetadata, from_wire
from local.functions_host.http_triggers import http_function
from local.functions_host.worker.indexing import IndexingError, index_app

ROOT = Path(__file__).parents[3]
HEAD = "import azure.functions as func\nimport azure.durable_functions as df\napp = df.DFApp()\n"
Load = Callable[[str], dict[str, FunctionMetadata]]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Indexes an app given as source, in this process."""
    monkeypatch.chdir(tmp_path)
    path, names = list(sys.path), ("function_app", "parts")
    # Another test of this process may have loaded an app of that name.
    before = {name: sys.modules.pop(name) for name in names if name in sys.modules}

    def index(source: str) -> dict[str, FunctionMetadata]:
        (tmp_path / "function_app.py").write_text(source)
        return from_wire([function.metadata() for function in index_app(tmp_path).values()])

    yield index
    sys.path[:] = path
    for name in names:
        sys.modules.pop(name, None)
    sys.modules.update(before)


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ("x = 1\n", ["function_app.py", "exactly one top-level function app", "found 0"]),
        (HEAD + "other = func.FunctionApp()\n", ["exactly one top-level function app", "found 2"]),
        (HEAD + "import no_such_module\n", ["function_app.py:4", "no_such_module"]),
        (
            HEAD
            + "@app.route('a')\ndef f(req): ...\n@app.function_name('f')\n@app.route('b')\ndef g(req): ...\n",
            ["function_app.py", "Function f", "unique"],
        ),
        (HEAD + "@app.route('a')\ndef f(request): ...\n", ["function_app.py", "function 'f'", "request"]),
        (
            HEAD + "@app.route('a')\ndef f(req: int): ...\n",
            ["function 'f'", 'type of req binding "httpTrigger"', '"int"'],
        ),
        (
            HEAD + "@app.route('a')\ndef f(req: func.HttpRequest, context: int): ...\n",
            ["function 'f'", '"context" parameter', "azure.functions.Context"],
        ),
        (
            HEAD + "@app.orchestration_trigger(context_name='ctx')\ndef f(ctx): yield\n",
            ["function_app.py", "function 'f'", "context"],
        ),
    ],
)
def test_refused_by_the_worker(load: Load, source: str, reasons: list[str]) -> None:
    with pytest.raises(IndexingError) as refused:
        load(source)
    for reason in reasons:
        assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        (
            HEAD + "@app.timer_trigger(arg_name='t', schedule='%NOT_SET%')\ndef f(t): ...\n",
            ["function 'f'", "'%NOT_SET%' does not resolve to an app setting"],
        ),
        (
            HEAD + "@app.blob_trigger(arg_name='b', path='p/{n}', connection='C')\ndef f(b): ...\n",
            ["function 'f'", "'blobTrigger' is not implemented", "AzureWebJobs.f.Disabled"],
        ),
    ],
)
def test_refused_by_the_host(load: Load, source: str, reasons: list[str]) -> None:
    with pytest.raises(LoadError) as refused:
        runnable(load(source).values(), {})
    for reason in reasons:
        assert reason in str(refused.value)


def test_a_route_with_an_unknown_constraint_is_refused(load: Load) -> None:
    function = load(HEAD + "@app.route('a/{b:nope}')\ndef f(req): ...\n")["f"]
    with pytest.raises(LoadError, match=r"function 'f'.*a/{b:nope}.*not a route constraint"):
        http_function(function)


def test_settings_are_filled_in_and_disabled_functions_left_out(load: Load) -> None:
    source = HEAD + "@app.timer_trigger(arg_name='t', schedule='%EVERY%')\ndef f(t): ...\n"
    functions = load(source + "@app.route('x')\ndef g(req): ...\n").values()
    settings = {"EVERY": "0 * * * * *", "AzureWebJobs.g.Disabled": "true"}
    kept = runnable(functions, settings)
    assert list(kept) == ["f"]
    assert kept["f"].trigger["schedule"] == "0 * * * * *"


def test_blueprints_and_renamed_functions_are_found(load: Load, tmp_path: Path) -> None:
    (tmp_path / "parts.py").write_text(
        "import azure.durable_functions as df\nbp = df.Blueprint()\n"
        "@bp.activity_trigger(input_name='n', activity='Named')\ndef inner(n: int) -> int:\n    return n\n"
    )
    functions = load(HEAD + "from parts import bp\napp.register_functions(bp)\n")
    assert functions["inner"].trigger["activity"] == "Named"


def test_the_command_refuses_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "function_app.py").write_text("import no_such_module\n")
    command = [sys.executable, "-m", "local.functions_host", str(tmp_path), "--data", str(tmp_path / "d")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[-1] == (
        "functions host: function_app.py:1: ModuleNotFoundError: No module named 'no_such_module'"
    )
    assert "Traceback" not in done.stderr
