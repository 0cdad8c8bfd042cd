"""`kiln cycles`: what it asks of the service, what it prints, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.app import main
from cli.commands import cycles
from cli.json_types import Json
from tests.unit.cli.fake_service import Service, serving

TEMPLATES = "/subscriptions/s/resourceGroups/g/providers/Microsoft.VirtualMachineImages/imageTemplates"


def cycle(state: str, **more: object) -> Json:
    return {
        "id": "monthly-9",
        "policy": "monthly",
        "state": state,
        "dryRun": False,
        "startedBy": "schedule",
        "startedAt": "2026-11-12T03:00:00+00:00",
        "endedAt": None,
        "wave": 1,
        "waves": 2,
        "waitsFor": None,
        "reason": None,
        "counts": {"Succeeded": 1, "Failed": 1},
        "approvals": ["wave 1 approved by ada at 2026-11-12T03:01:00+00:00"],
        "templates": [
            {
                "templateId": f"{TEMPLATES}/web",
                "wave": 1,
                "state": "Succeeded",
                "runId": "web-1",
                "reason": None,
            },
            {
                "templateId": f"{TEMPLATES}/app",
                "wave": 1,
                "state": "Failed",
                "runId": "app-1",
                "reason": "exit 1",
            },
            {
                "templateId": f"{TEMPLATES}/db",
                "wave": 0,
                "state": "Skipped",
                "runId": None,
                "reason": "excluded",
            },
        ],
        **more,
    }


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setattr(cycles, "LOOK_SECONDS", 0.0)
    with serving(Service(states=[cycle("Running")])) as service:
        monkeypatch.setenv("KILN_URL", service.url)
        monkeypatch.setenv("KILN_HOME", str(tmp_path))
        yield service


def asked(service: Service) -> list[str]:
    return [f"{method} {path}" for method, path, _ in service.received]


def test_list_goes_over_all_policies(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.states = [{"value": [{"name": "monthly"}, {"name": "a b"}]}, {"value": [cycle("Halted")]}]
    assert main(["cycles", "list"]) == 0
    line = "monthly-9\tmonthly\tHalted\t1/2\t1 Failed, 1 Succeeded\t2026-11-12 03:00:00\tschedule\n"
    assert capsys.readouterr().out == line * 2
    paths = ["/api/patch-policies", "/api/patch-policies/monthly/cycles", "/api/patch-policies/a%20b/cycles"]
    assert asked(service) == [f"GET {path}" for path in paths]


def test_list_of_one_policy_as_json(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.states = [{"value": [cycle("Halted")]}]
    assert main(["cycles", "list", "monthly", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [cycle("Halted")]


def test_show_tells_each_template_with_its_reason(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    service.states = [cycle("Halted", reason="after wave 1 of 2: 1 build failed, the policy halts at 1")]
    assert main(["cycles", "show", "monthly", "monthly-9"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "reason     after wave 1 of 2: 1 build failed, the policy halts at 1" in lines
    assert "approval   wave 1 approved by ada at 2026-11-12T03:01:00+00:00" in lines
    assert lines[-6:] == [
        "wave 1",
        "  web  Succeeded  web-1",
        "  app  Failed  app-1  exit 1",
        "",
        "left out",
        "  db  Skipped  excluded",
    ]
    assert asked(service) == ["GET /api/patch-policies/monthly/cycles/monthly-9"]


def test_show_without_a_cycle_is_of_the_newest(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    service.states = [{"value": [cycle("Running"), cycle("Halted", id="monthly-8")]}]
    assert main(["cycles", "show", "monthly", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["id"] == "monthly-9"
    service.states = [{"value": []}]
    assert main(["cycles", "show", "monthly"]) == 2
    assert "the patch policy monthly has had no cycle" in capsys.readouterr().err


def test_start_returns_at_once(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cycles", "start", "monthly"]) == 0
    assert asked(service) == ["POST /api/patch-policies/monthly/start"]
    assert "state      Running" in capsys.readouterr().out


def test_a_dry_run_waits_for_the_plan(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    running, ended = cycle("Running", dryRun=True), cycle("Succeeded", dryRun=True)
    service.states = [running, running, ended]
    assert main(["cycles", "start", "monthly", "--dry-run"]) == 0
    assert "state      Succeeded (dry run)" in capsys.readouterr().out
    assert asked(service)[0] == "POST /api/patch-policies/monthly/start?dryRun=true"


@pytest.mark.parametrize("state", ["PartiallySucceeded", "Halted", "Canceled", "Failed"])
def test_a_cycle_that_is_followed_and_does_not_succeed_exits_1(
    service: Service, capsys: pytest.CaptureFixture[str], state: str
) -> None:
    service.states = [cycle("Running"), cycle(state)]
    assert main(["cycles", "start", "monthly", "--follow"]) == 1
    assert f"state      {state}" in capsys.readouterr().out
    service.states = [cycle("Running"), cycle(state, reason="because")]
    assert main(["cycles", "start", "monthly", "--follow", "--json"]) == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert (error["code"], error["message"], error["details"][0]["state"]) == (state, "because", state)


def test_cancel_asks_the_service(service: Service, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cycles", "cancel", "monthly", "monthly-9"]) == 0
    assert asked(service)[-1] == "POST /api/patch-policies/monthly/cycles/monthly-9/cancel"
    assert "monthly-9 is being cancelled" in capsys.readouterr().out
    service.states = [cycle("Halted")]
    assert main(["cycles", "cancel", "monthly", "monthly-9"]) == 0
    assert "had ended Halted before" in capsys.readouterr().out


def test_bad_usage_and_no_service(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["cycles", "start"]) == 2
    assert main(["cycles", "nonsense"]) == 2
    assert main(["cycles", "show", "monthly", "missing"]) == 2
    monkeypatch.setenv("KILN_URL", "http://127.0.0.1:1")
    assert main(["cycles", "list"]) == 3
