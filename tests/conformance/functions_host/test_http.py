"""HTTP triggers, keys and settings through the running host."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.functions_host.harness import APPS, WEBHOOK, HostProcess


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    marks = tmp_path_factory.mktemp("marks")
    settings = {
        "HUB": "FeatureHub",
        "SCHEDULE": "0 0 0 1 1 *",
        "MARKS": str(marks),
        "AzureWebJobs.switched_off.Disabled": "true",
    }
    host = HostProcess(APPS / "features", tmp_path_factory.mktemp("features"), settings, auth=True)
    yield host.start()
    host.close()


def key(host: HostProcess, name: str) -> dict[str, str]:
    return {"x-functions-key": json.loads((host.data / "keys.json").read_text())[name]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/items/7", "[('id', '7')]"),
        ("/V1/Items/7/x", "[('id', '7'), ('tail', 'x')]"),
        ("/v1/items/seven", "named seven"),
        ("/v1/items/a%0D%09b", "named a\r\tb"),
    ],
)
def test_routes_by_constraint_and_optional_segment(features: HostProcess, path: str, expected: str) -> None:
    response = features.client.get(path)
    assert (response.status_code, response.text) == (200, expected)
    assert response.headers["x-served-by"] == "local"


def test_catch_all_binary_body_status_and_cookies(features: HostProcess) -> None:
    body = bytes(range(256))
    response = features.client.put("/v1/files/a/b%20c.bin", content=body)
    assert (response.status_code, response.content) == (201, body)
    assert response.headers["x-path"] == "a/b c.bin"
    assert response.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; Path=/"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/nothing", 204),
        ("GET", "/v1/broken", 500),
        ("POST", "/v1/items/7", 405),
        ("GET", "/v1/items/7/x/y", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/v1/off", 404),
    ],
)
def test_status_without_a_response(features: HostProcess, method: str, path: str, status: int) -> None:
    assert features.client.request(method, path).status_code == status


@pytest.mark.parametrize(
    ("path", "allowed", "refused"),
    [
        (
            "/v1/guarded",
            ["function:guarded", "default", "_master"],
            ["function:item", "durabletask_extension"],
        ),
        ("/v1/admin-only", ["_master"], ["default", "function:admin_only"]),
        ("/admin/host/status", ["_master"], ["default"]),
        (f"{WEBHOOK}/instances", ["durabletask_extension", "_master"], ["default", "function:guarded"]),
    ],
)
def test_keys(features: HostProcess, path: str, allowed: list[str], refused: list[str]) -> None:
    assert features.client.get(path).status_code == 401
    for name in allowed:
        assert features.client.get(path, headers=key(features, name)).status_code == 200, name
    for name in refused:
        assert features.client.get(path, headers=key(features, name)).status_code == 401, name


def test_key_in_the_query_and_status_of_the_host(features: HostProcess) -> None:
    code = key(features, "_master")["x-functions-key"]
    status = features.client.get("/admin/host/status", params={"code": code}).json()
    assert status["state"] == "Running"
    assert status["id"] == "featurehub"
    assert "switched_off" not in status["functions"]
    assert (features.data / "FeatureHub.db").exists()


def test_the_callers_trace_is_current_in_the_function(features: HostProcess) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    parent = f"00-{trace_id}-00f067aa0ba902b7-01"
    assert features.client.get("/v1/trace", headers={"traceparent": parent}).text == f"{parent} {trace_id}"


def test_the_callers_trace_reaches_orchestrations_and_activities(features: HostProcess) -> None:
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    master = key(features, "_master")
    headers = {**master, "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"}
    url = f"{WEBHOOK}/instances/{features.client.get('/v1/traced', headers=headers).text}"
    while (response := features.client.get(url, headers=master)).status_code == 202:
        continue
    assert response.json()["output"] == [trace_id, trace_id]


def test_log_lines_tell_the_invocation_and_the_instance(features: HostProcess) -> None:
    instance = features.client.get("/v1/traced", headers=key(features, "_master")).text
    url = f"{WEBHOOK}/instances/{instance}"
    while features.client.get(url, headers=key(features, "_master")).status_code == 202:
        continue
    lines = [json.loads(line) for line in features.log().splitlines()]
    ended = [line for line in lines if line.get("instanceId") == instance]
    assert [line["category"] for line in ended] == ["Host.Durable"]
    seen = [line for line in lines if line["message"] == "seen by trace_id"][-1]
    assert seen["category"] == "Function.trace_id.User"
    assert (len(seen["invocationId"]), len(seen["instanceId"])) == (36, len(instance) + 2)


def test_timer_runs_on_startup_under_its_retry_policy(features: HostProcess) -> None:
    marks = Path(features.environment["MARKS"])
    status = key(features, "_master")
    while not (marks / "retry").exists():
        assert features.client.get("/admin/host/status", headers=status).status_code == 200
    assert (marks / "retry").read_text() in ("", "1")
    assert len((marks / "ticking").read_text().splitlines()) == 2
