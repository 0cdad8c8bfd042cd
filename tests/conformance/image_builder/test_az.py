"""The session of docs/how-to/az.md, run with azure-cli as it comes; the page shows what it printed.

`KILN_UPDATE_TRANSCRIPT=1` writes what was printed into the page.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conformance.image_builder.conftest import CHECKOUT
from tests.conformance.image_builder.harness import Kiln

PAGE = CHECKOUT / "docs" / "how-to" / "az.md"
SESSION = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
TEMPLATE = re.compile(r"(?<=```json\n).*?(?=```)", re.DOTALL)
# What differs from one session to the next.
VOLATILE = (
    (re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+(\+00:00|Z)"), "<time>"),
    (re.compile(r"-\d{8}T\d{6}-[0-9a-f]{6}"), "-<run>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
)


@dataclass(frozen=True)
class Step:
    """A command of the session and what the page says that it prints."""

    command: str
    printed: str

    @property
    def refused(self) -> bool:
        return self.command.endswith("# refused")


def steps(session: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", session, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield Step(command, printed)


def steady(text: str) -> str:
    for pattern, word in VOLATILE:
        text = pattern.sub(word, text)
    return text


@pytest.fixture
def environment(kiln: Kiln, tmp_path: Path) -> dict[str, str]:
    az = Path(os.environ.get("KILN_HOME", CHECKOUT / ".kiln")) / "az" / "bin"
    if not (az / "az").exists():
        pytest.skip("azure-cli is not installed: nox -s az installs it")
    cloud = kiln.stack.local.cloud
    return {
        "PATH": f"{az}:{os.environ['PATH']}",
        "HOME": str(tmp_path),
        "ARM": cloud.arm,
        "TENANT": cloud.tenant_id,
        "SECRET": cloud.identity_header,
        "REQUESTS_CA_BUNDLE": cloud.bundle,
        "NO_PROXY": "127.0.0.1",
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "AZURE_CORE_COLLECT_TELEMETRY": "false",
        "AZURE_CORE_NO_COLOR": "true",
        "AZURE_CONFIG_DIR": str(tmp_path / "azure"),
    }


@pytest.mark.az
@pytest.mark.timeout(900)
def test_the_session_of_the_page(environment: dict[str, str], tmp_path: Path) -> None:
    page = PAGE.read_text()
    session, template = SESSION.search(page), TEMPLATE.search(page)
    assert session
    assert template
    (tmp_path / "image.json").write_text(template[0])
    seen = [_run(step, environment, tmp_path) for step in steps(session[0])]
    if os.environ.get("KILN_UPDATE_TRANSCRIPT"):
        text = "".join(f"$ {step.command}\n{step.printed}" for step in seen)
        PAGE.write_text(page.replace(session[0], steady(text)))
    told = SESSION.search(PAGE.read_text())
    assert told
    assert [(step.command, steady(step.printed)) for step in seen] == [
        (step.command, step.printed) for step in steps(told[0])
    ]


def _run(step: Step, environment: dict[str, str], folder: Path) -> Step:
    """What the command prints, warnings of azure-cli aside."""
    done = subprocess.run(
        ["bash", "-c", step.command],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    errors = [line for line in done.stderr.splitlines() if line and not line.startswith("WARNING:")]
    assert (done.returncode != 0) == step.refused, f"{step.command}\n{done.stdout}\n{done.stderr}"
    printed = done.stdout.rstrip("\n") + "\n" if done.stdout.strip() else ""
    return Step(step.command, printed + "".join(f"{line}\n" for line in errors))
