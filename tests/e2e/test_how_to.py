"""The pipelines of docs/how-to, run as the shell that they are, against a real local service."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.e2e.stack import Stack, shell, tiny

HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to"

pytestmark = pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")


def pipeline(page: str) -> dict[str, object]:
    """The YAML of the page, read as its service reads it."""
    found = re.search(r"```yaml\n(.*?)```", (HOW_TO / page).read_text(), re.DOTALL)
    assert found
    document = yaml.safe_load(found[1])
    assert isinstance(document, dict)
    return document


def github() -> str:
    jobs = pipeline("github-actions.md")["jobs"]
    return str(jobs["build"]["steps"][1]["run"])  # type: ignore[index]


def azure() -> str:
    return str(pipeline("azure-pipelines.md")["steps"][1]["bash"])  # type: ignore[index]


def run(stack: Stack, folder: Path, script: str, template: object) -> subprocess.CompletedProcess[str]:
    (folder / "web.json").write_text(json.dumps(template))
    environment = {**os.environ, "KILN_URL": stack.local.endpoints.functions, "KILN_KEY": "key"}
    environment |= {"TEMPLATE": "web.json", "NO_PROXY": "127.0.0.1"}
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )


def test_both_pipelines_run_the_same_script() -> None:
    assert github() == azure()


def test_a_pipeline_waits_for_the_image(stack: Stack, tmp_path: Path) -> None:
    ended = run(stack, tmp_path, github(), tiny([shell("greet", "echo built by a pipeline")]))
    assert ended.returncode == 0, ended.stderr
    assert "built by a pipeline" in ended.stdout
    assert re.search(r"/vhds/web-\w+-\w+/vhd\.vhd$", ended.stdout.strip())


def test_a_pipeline_fails_with_the_build(stack: Stack, tmp_path: Path) -> None:
    ended = run(stack, tmp_path, azure(), tiny([shell("break", "echo the last words", "exit 3")]))
    assert ended.returncode == 1
    assert "the last words" in ended.stdout
    assert "CustomizerFailed" in ended.stderr


def test_a_pipeline_tells_the_faults_of_a_template(stack: Stack, tmp_path: Path) -> None:
    ended = run(stack, tmp_path, github(), tiny([{"type": "Shell", "inlin": ["true"]}]))
    assert ended.returncode == 2
    assert "properties.customize[0].inlin" in ended.stderr
