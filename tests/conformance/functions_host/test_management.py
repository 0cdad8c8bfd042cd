"""The management API's codes, headers, bodies and encodings."""

from typing import Any

from tests.conformance.functions_host.harness import WEBHOOK, HostProcess

INSTANCES = f"{WEBHOOK}/instances"


def test_start_unknown_function_is_400_with_the_known_ones(patterns: HostProcess) -> None:
    response = patterns.client.post(f"{WEBHOOK}/orchestrators/nope")
    assert response.status_code == 400
    assert "The function 'nope' doesn't exist" in response.json()["ExceptionMessage"]
    assert "'chaining'" in response.json()["ExceptionMessage"]


def test_start_with_a_live_id_is_refused_and_with_an_ended_one_replaces_it(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60}, "taken")
    second = patterns.client.post(f"{WEBHOOK}/orchestrators/chaining/taken")
    assert second.status_code == 500
    assert "already exists" in second.json()["ExceptionMessage"]
    patterns.raise_event(instance, "Approval", 1)
    patterns.wait(instance)
    patterns.begin("chaining", None, "taken")
    assert patterns.wait("taken")["name"] == "chaining"


def test_status_codes_and_headers_while_running_and_after(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60})
    running = patterns.client.get(f"{INSTANCES}/{instance}")
    assert (running.status_code, running.headers["retry-after"]) == (202, "5")
    assert running.headers["location"].endswith(f"/instances/{instance}")
    patterns.raise_event(instance, "Approval", "yes")
    ended = patterns.wait(instance)
    assert list(ended) == [
        *("name", "instanceId", "runtimeStatus", "input", "customStatus", "output"),
        *("createdTime", "lastUpdatedTime"),
    ]
    assert ended["input"] == {"timeout": 60}
    assert patterns.client.get(f"{INSTANCES}/nobody").status_code == 404


def test_history_is_shown_on_request(patterns: HostProcess) -> None:
    instance = patterns.begin("chaining")
    patterns.wait(instance)
    events: list[dict[str, Any]] = patterns.status(instance, showHistory="true", showHistoryOutput="true")[
        "historyEvents"
    ]
    assert [e["EventType"] for e in events] == [
        "ExecutionStarted",
        *["TaskCompleted"] * 3,
        "ExecutionCompleted",
    ]
    assert events[1]["FunctionName"] == "say_hello"
    assert events[1]["Result"] == "Hello Tokyo!"


def test_raise_event_wants_json_and_a_live_instance(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60})
    url = f"{INSTANCES}/{instance}/raiseEvent/Approval"
    assert patterns.client.post(url, content="x", headers={"content-type": "text/plain"}).status_code == 400
    assert patterns.client.post(url, json=1).status_code == 202
    patterns.wait(instance)
    assert patterns.client.post(url, json=1).status_code == 410
    assert patterns.raise_event("nobody", "Approval", 1) == 404


def test_suspend_holds_events_until_resume(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60})
    patterns.wait(instance, "Running")
    assert patterns.client.post(f"{INSTANCES}/{instance}/suspend?reason=r").status_code == 202
    patterns.wait(instance, "Suspended")
    patterns.raise_event(instance, "Approval", "late")
    assert patterns.status(instance)["runtimeStatus"] == "Suspended"
    assert patterns.client.post(f"{INSTANCES}/{instance}/resume?reason=r").status_code == 202
    assert patterns.wait(instance)["output"] == {"approved": "late"}


def test_terminate_is_final(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60})
    url = f"{INSTANCES}/{instance}/terminate"
    assert patterns.client.post(url, params={"reason": "enough"}).status_code == 202
    status = patterns.wait(instance)
    assert (status["runtimeStatus"], status["output"]) == ("Terminated", "enough")
    assert patterns.client.post(url).status_code == 410


def test_restart_takes_the_same_input(patterns: HostProcess) -> None:
    instance = patterns.begin("fan_out", {"count": 3})
    patterns.wait(instance)
    response = patterns.client.post(f"{INSTANCES}/{instance}/restart")
    assert response.status_code == 202
    again = response.json()["id"]
    assert again != instance
    assert patterns.wait(again)["output"] == 5


def test_paging_filters_and_purge(patterns: HostProcess) -> None:
    ids = [patterns.begin("fan_out", {"count": 1}, f"page-{n}") for n in range(5)]
    for instance in ids:
        patterns.wait(instance)
    found: list[str] = []
    headers: dict[str, str] = {}
    query = {
        "instanceIdPrefix": "page-",
        "top": "2",
        "runtimeStatus": "Completed,Failed",
        "showInput": "false",
    }
    while True:
        response = patterns.client.get(f"{INSTANCES}/", params=query, headers=headers)
        assert all(item["input"] is None for item in response.json())
        found += [item["instanceId"] for item in response.json()]
        headers = {"x-ms-continuation-token": response.headers["x-ms-continuation-token"]}
        if not headers["x-ms-continuation-token"]:
            break
    assert found == ids
    assert patterns.client.delete(f"{INSTANCES}/page-0").json() == {"instancesDeleted": 1}
    assert patterns.client.delete(f"{INSTANCES}/page-0").status_code == 404
    assert patterns.client.delete(f"{INSTANCES}/").status_code == 400
    some = {"createdTimeFrom": "2020-01-01T00:00:00Z", "instanceIdPrefix": "page-"}
    assert patterns.client.delete(f"{INSTANCES}/", params=some).json() == {"instancesDeleted": 4}
    assert patterns.client.delete(f"{INSTANCES}/", params=some).status_code == 404


def test_start_and_wait_in_one_request(patterns: HostProcess) -> None:
    url = f"{WEBHOOK}/orchestrators/fan_out"
    done = patterns.client.post(url, params={"timeout": 20, "pollingInterval": 1}, json={"count": 3})
    assert (done.status_code, done.json()) == (200, 5)
    url = f"{WEBHOOK}/orchestrators/approval"
    pending = patterns.client.post(url, params={"timeout": 0.05, "pollingInterval": 1}, json={"timeout": 60})
    assert pending.status_code == 202


def test_entities_by_rest(patterns: HostProcess) -> None:
    """A plain client must encode twice, as the SDK does."""
    entity = f"{WEBHOOK}/entities/Counter/by-rest"
    assert patterns.client.get(entity).status_code == 404
    assert patterns.client.post(entity, params={"op": "add"}, json="4").status_code == 202
    while (response := patterns.client.get(entity)).status_code == 404:
        pass
    assert response.json() == 4
    listed = patterns.client.get(f"{WEBHOOK}/entities/counter", params={"fetchState": "true"}).json()
    assert {"name": "counter", "key": "by-rest"} in [item["entityId"] for item in listed]
    assert patterns.client.post(f"{WEBHOOK}/entities/nope/x", params={"op": "add"}).status_code == 400
