"""Every command against a service on loopback: what it prints, and how it exits."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import main
from cli.local.home import CHECKOUT
from shared.api.openapi.builds import SCHEMAS
from tests.unit.cli import runs
from tests.unit.cli.fake_service import Service, serving

TINY = str(CHECKOUT / "examples" / "tiny.json")
BAD = str(CHECKOUT / "examples" / "bad.json")
FILLED = ("--set", "imageGalleryName=g", "--set", "imageDefName=d")


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    with serving(Service(states=[runs.succeeded()], log=b"hello\n")) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        monkeypatch.setenv("KILN_HOME", str(tmp_path))
        yield service


def test_a_build_may_begin_with_a_layer_unless_it_is_told_not_to(service: Service) -> None:
    for options in ([], ["--no-cache"]):
        assert main(["build", TINY, *FILLED, *options]) == 0
    sent = [body["cache"] for method, _, body in service.received if method == "POST"]
    assert sent == [True, False]


def test_a_build_that_succeeds_exits_0(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.states = [runs.queued(), runs.customizing(), runs.succeeded()]
    assert main(["build", TINY, *FILLED, "--follow"]) == 0
    printed = capsys.readouterr().out
    assert "customize  [1/2] Shell install nginx … ok 1.2 s" in printed
    assert "  | hello" in printed
    [(method, path, body)] = [each for each in service.received if each[0] == "POST"]
    assert (method, path) == ("POST", "/api/builds")
    assert body is not None
    assert (body["name"], body["resourceGroup"]) == ("tiny", "kiln")


def test_a_build_that_fails_exits_1_and_says_why(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.states = [runs.failed()]
    assert main(["build", TINY, *FILLED, "--follow"]) == 1
    printed = capsys.readouterr().out
    assert "CustomizerFailed in stage customize" in printed
    assert "customizer [2/2] Shell configure, exit code 7" in printed
    assert "  | giving up" in printed


def test_a_failed_build_as_json_carries_the_run(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.states = [runs.failed()]
    assert main(["build", TINY, *FILLED, "--follow", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CustomizerFailed"
    assert error["details"][0]["id"] == runs.RUN_ID


def test_a_bad_template_exits_2_before_anything_is_sent(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", BAD]) == 2
    assert service.received == []
    assert "# E1: properties.source.sku: is required" in capsys.readouterr().err


def test_a_template_that_the_service_refuses_exits_2(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    detail = {"code": "BadSource", "message": "is not there", "target": "properties.source"}
    service.refusal = {"error": {"code": "ValidationFailed", "message": "no", "details": [detail]}}
    assert main(["build", TINY, *FILLED]) == 2
    assert "properties.source: is not there (BadSource)" in capsys.readouterr().err


def test_validate_tells_all_problems_as_json(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", BAD, "--json"]) == 2
    details = json.loads(capsys.readouterr().out)["error"]["details"]
    assert "properties.customize[2].type" in [each["target"] for each in details]


def test_validate_passes_a_good_template(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", TINY, *FILLED]) == 0
    assert capsys.readouterr().out == f"{TINY}: a valid template\n"


def test_validate_names_placeholders_without_a_value(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["validate", TINY]) == 2
    assert "<imageGalleryName>, <imageDefName> has no value" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["build"], ["nonsense"], ["show"], ["build", "no-such-file.json"], ["build", TINY, "--set", "novalue"]],
)
def test_bad_usage_exits_2(service: Service, arguments: list[str]) -> None:
    assert main(arguments) == 2


def test_a_run_that_is_not_there_exits_2(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "missing"]) == 2
    assert "there is no run missing" in capsys.readouterr().err


def test_a_service_that_is_not_there_exits_3(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KILN_HOME", str(tmp_path))
    monkeypatch.delenv("KILN_URL", raising=False)
    assert main(["runs"]) == 3
    assert "./kiln up" in capsys.readouterr().err
    # Port 1 is reserved and nothing listens on it.
    monkeypatch.setenv("KILN_URL", "http://127.0.0.1:1")
    assert main(["runs", "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "ServiceUnreachable"


def test_runs_on_a_pipe_are_tab_separated(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == f"{runs.RUN_ID}\tSucceeded\t\t2026-03-01 12:00:00\t9.0 s\n"


def test_show_tells_stages_customizers_and_outputs(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", runs.RUN_ID]) == 0
    printed = capsys.readouterr().out
    assert "built by   ada@example.org (User 1111)" in printed
    assert "source     Debian:debian-12:12-gen2:12.20260301.1\n" in printed
    assert "  [2/2] Shell configure: ok (exit code 0) 0.3 s (cache miss: no layer of it is kept)" in printed
    assert "gallery (SharedImage): /subscriptions/s/g/versions/1.0.0" in printed


def test_show_tells_what_was_cached_and_every_note(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = [runs.cached_step(0, "install nginx"), runs.step(1, "configure", "Succeeded", 3.7, 4.0, 0)]
    service.states = [runs.run("Succeeded", steps=steps, notes=["no layer was kept: the quota is used up"])]
    assert main(["show", runs.RUN_ID]) == 0
    printed = capsys.readouterr().out
    assert "  [1/2] Shell install nginx: skipped (cache hit)\n" in printed
    assert "note       no layer was kept: the quota is used up" in printed


def test_the_service_of_these_tests_answers_as_the_real_one() -> None:
    described = SCHEMAS["Run"]["properties"]
    assert runs.run("Succeeded").keys() == described.keys()
    assert runs.step(0, "x", "Succeeded", 0, 1, 0).keys() == SCHEMAS["Customizer"]["properties"].keys()


def test_logs_are_passed_on_as_they_are(service: Service, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    service.log = b"caf\xc3\xa9 \xff\n"
    assert main(["logs", runs.RUN_ID]) == 0
    assert capfdbinary.readouterr().out == b"caf\xc3\xa9 \xff\n"


def test_cancel_asks_the_service(service: Service) -> None:
    assert main(["cancel", runs.RUN_ID]) == 0
    assert [each[:2] for each in service.received] == [("POST", f"/api/builds/{runs.RUN_ID}/cancel")]
