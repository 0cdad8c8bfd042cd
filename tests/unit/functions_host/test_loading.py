"""An app that the production worker would refuse is refused here, with the file and the function named."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
HEAD = "import azure.functions as func\nimport azure.durable_functions as df\napp = df.DFApp()\n"


def refusal(folder: Path, source: str, host_json: str = '{"version": "2.0"}') -> str:
    """What the host says when it refuses to start on an app."""
    (folder / "function_app.py").write_text(source)
    (folder / "host.json").write_text(host_json)
    command = [
        sys.executable,
        "-m",
        "local.functions_host",
        str(folder),
        "--port",
        "0",
        "--data",
        str(folder / "d"),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr


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
        (
            HEAD + "@app.route('a')\ndef f(request): ...\n",
            ["function_app.py", "function 'f'", "request"],
        ),
        (
            HEAD + "@app.route('a')\ndef f(req: int): ...\n",
            ["function 'f'", 'type of req binding "httpTrigger"', '"int"'],
        ),
        (
            HEAD + "@app.orchestration_trigger(context_name='ctx')\ndef f(ctx): yield\n",
            ["function_app.py", "function 'f'", "context"],
        ),
        (
            HEAD + "@app.route('a/{b:nope}')\ndef f(req): ...\n",
            ["function 'f'", "a/{b:nope}", "not a route constraint"],
        ),
        (
            HEAD + "@app.timer_trigger(arg_name='t', schedule='* * *')\ndef f(t): ...\n",
            ["function 'f'", "schedule", "six fields"],
        ),
        (
            HEAD + "@app.timer_trigger(arg_name='t', schedule='%NOT_SET%')\ndef f(t): ...\n",
            ["function 'f'", "'%NOT_SET%' does not resolve to an app setting"],
        ),
        (
            HEAD + "@app.blob_trigger(arg_name='b', path='p/{n}', connection='C')\ndef f(b): ...\n",
            ["function 'f'", "'blobTrigger' is not implemented"],
        ),
    ],
)
def test_refused_apps(tmp_path: Path, source: str, reasons: list[str]) -> None:
    said = refusal(tmp_path, source)
    for reason in reasons:
        assert reason in said


@pytest.mark.parametrize(
    ("host_json", "reason"),
    [
        ("{", "host.json"),
        ('{"extensions": {"durableTask": {"hubName": "no spaces"}}}', "extensions.durableTask.hubName"),
        ('{"functionTimeout": "five"}', "functionTimeout"),
        (
            '{"extensions": {"durableTask": {"maxConcurrentActivityFunctions": "3"}}}',
            "expected a whole number",
        ),
    ],
)
def test_refused_host_json(tmp_path: Path, host_json: str, reason: str) -> None:
    assert reason in refusal(tmp_path, HEAD, host_json)
