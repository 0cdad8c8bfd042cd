"""`kiln plan` and the filters of `kiln runs`, against a service on loopback."""

from pathlib import Path

import pytest

from cli.app import main
from cli.json_types import Json
from cli.local.home import CHECKOUT
from tests.unit.cli import runs
from tests.unit.cli.fake_service import Service, serving

TINY = str(CHECKOUT / "examples" / "tiny.json")
FILLED = ("--set", "imageGalleryName=g", "--set", "imageDefName=d")
PLAN: Json = {
    "resources": [
        {
            "type": "Microsoft.Compute/virtualMachines",
            "name": "kiln<hash>",
            "resourceGroup": "IT",
            "kept": False,
        },
        {"type": "Microsoft.Compute/images", "name": "web", "resourceGroup": "images", "kept": True},
    ],
    "history": {"runs": [], "medianSeconds": {"customize": 12.5}},
    "cost": {
        "items": [
            {"what": "build VM", "amount": 0.25, "missing": None},
            {"what": "vhd", "missing": "its size"},
        ],
        "note": "Prices are yours.",
    },
    "notes": [{"target": "identity", "message": "is not used"}],
}


def test_a_plan_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KILN_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    with serving(Service(states=[PLAN])) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        assert main(["plan", TINY, *FILLED]) == 0
    [(_, path, body)] = service.received
    assert path == "/api/plan"
    assert body is not None
    assert body["name"] == "tiny"
    shown = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    for line in (
        "goes Microsoft.Compute/virtualMachines kiln<hash> IT",
        "stays Microsoft.Compute/images web images",
        "customize 12.5",
        "build VM 0.25",
        "vhd its size",
        "Prices are yours.",
        "note: identity: is not used",
    ):
        assert line in shown


def test_runs_are_asked_for_by_state_and_template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KILN_HOME", str(tmp_path))
    with serving(Service(states=[runs.succeeded()])) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        assert main(["runs", "-n", "5", "--state", "Failed,Canceled", "--template", "web"]) == 0
    assert service.received[0][1] == "/api/builds?limit=5&state=Failed%2CCanceled&template=web"
