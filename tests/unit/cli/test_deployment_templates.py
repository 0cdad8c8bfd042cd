"""Image templates inside ARM deployment templates: found, resolved, faults shown where they stand."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from arm_templates.functions import FUNCTIONS
from cli.app import main
from cli.local.home import CHECKOUT
from tests.unit.cli import runs
from tests.unit.cli.fake_service import Service, serving

EXAMPLE = CHECKOUT / "examples" / "deployment.json"
PARAMETERS = EXAMPLE.with_suffix(".parameters.json")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KILN_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def service(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service(states=[runs.queued()])) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        yield service


def edited(folder: Path, old: str, new: str) -> Path:
    text = EXAMPLE.read_text()
    assert old in text
    path = folder / "edited.json"
    path.write_text(text.replace(old, new))
    return path


def test_convert_writes_the_bare_template(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(EXAMPLE)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["apiVersion"] == "2024-02-01"
    assert document["location"] == "westeurope"
    properties = document["properties"]
    assert properties["customize"][0]["name"] == "install-nginx"
    assert properties["customize"][0]["inline"] == ["apt-get install -y nginx"]
    output = properties["distribute"][0]
    assert output["galleryImageId"].endswith("/providers/Microsoft.Compute/galleries/golden/images/web")
    assert output["targetRegions"] == [{"name": "westeurope"}, {"name": "northeurope"}]
    bare = folder / "bare.json"
    assert main(["convert", str(EXAMPLE), "--out", str(bare)]) == 0
    assert json.loads(bare.read_text()) == document
    assert main(["validate", str(bare)]) == 0


def test_parameters_on_the_command_line_come_before_those_of_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copied = edited(folder, "web-server", "web")
    assert main(["convert", str(copied), "-p", f"@{PARAMETERS}", "-p", 'regions=["eastus"]']) == 0
    output = json.loads(capsys.readouterr().out)["properties"]["distribute"][0]
    assert "galleries/golden" in output["galleryImageId"]
    assert output["targetRegions"] == [{"name": "eastus"}]


def test_build_sends_the_bare_template_under_its_own_name(service: Service) -> None:
    assert main(["build", str(EXAMPLE)]) == 0
    [(_, path, body)] = [each for each in service.received if each[0] == "POST"]
    assert path == "/api/builds"
    assert body is not None
    assert body["name"] == "web-server"
    assert "$schema" not in body["template"]


def test_a_missing_parameter_is_marked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", str(edited(folder, "web-server", "web"))]) == 2
    shown = capsys.readouterr().err.splitlines()
    assert '    "galleryName": {"type": "string"},  # E1' in shown
    assert "# E1: parameters.galleryName: has no default value: give it one (InvalidTemplate)" in shown


def test_faults_of_the_image_template_stand_where_the_file_has_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edited(folder, '"buildTimeoutInMinutes": 60', '"buildTimeoutInMinutes": 9999')
    assert main(["validate", str(path), "-p", "galleryName=g"]) == 2
    shown = capsys.readouterr().err
    [marked] = [line for line in shown.splitlines() if line.rstrip().endswith("# E1")]
    assert "buildTimeoutInMinutes" in marked
    assert "# E1: resources[0].properties.buildTimeoutInMinutes: " in shown


def test_what_only_a_deployment_in_azure_knows_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = edited(folder, "[variables('definition')]", "[reference('x', '2026-01-01').id]")
    assert main(["validate", str(path), "-p", "galleryName=g"]) == 2
    assert "distribute[0].galleryImageId: reference: " in capsys.readouterr().err


@pytest.mark.parametrize("content", ["{", '{"a": 1}', "[]"])
def test_a_faulty_parameter_file_is_named(
    folder: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    path = folder / "parameters.json"
    path.write_text(content)
    assert main(["validate", str(EXAMPLE), "-p", str(path)]) == 2
    assert str(path) in capsys.readouterr().err


def test_the_document_lists_every_function() -> None:
    listed = (CHECKOUT / "docs" / "arm-templates.md").read_text()
    missing = [each.name for each in FUNCTIONS.values() if f"`{each.name}`" not in listed]
    assert missing == []
