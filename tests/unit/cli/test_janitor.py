"""`kiln janitor` tells, and removes only when it is asked to."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import main
from cli.json_types import Json
from tests.unit.cli.fake_service import Service, serving

FOUND: Json = {
    "lostRuns": [{"run": "web-20261121T120000-abcdef", "reason": "its history was purged"}],
    "leftovers": [{"id": "/subscriptions/s/resourceGroups/g", "run": "web", "reason": "its run has ended"}],
}


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service(states=[FOUND])) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        monkeypatch.setenv("KILN_HOME", str(tmp_path))
        yield service


def asked(service: Service) -> list[str]:
    return [path for method, path, _ in service.received if method == "POST"]


def test_it_only_tells_by_itself(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["janitor"]) == 0
    printed = capsys.readouterr().out
    assert "its history was purged" in printed
    assert "/subscriptions/s/resourceGroups/g" in printed
    assert "nothing was changed" in printed
    assert asked(service) == ["/api/janitor?dryRun=true"]


def test_apply_starts_a_sweep(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["janitor", "--apply", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["applied"] is True
    assert asked(service) == ["/api/janitor?dryRun=true", "/api/janitor"]
