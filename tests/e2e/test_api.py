"""Kiln's own API over HTTP: lists and pages, long polls, logs by range, stored templates, forecasts."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from tests.e2e.stack import Stack, shell, tiny

GROUP = "images"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def built(stack: Stack) -> Json:
    """A run that has succeeded."""
    run_id = stack.build(tiny([shell("greet", "echo hello from the step")]), "first")
    return stack.finish(run_id)


def put_template(stack: Stack, name: str, document: Json) -> str:
    """Stores a template as AIB's clients do; its id once it is ready."""
    subscription = stack.local.endpoints.subscriptionId
    provider = "providers/Microsoft.VirtualMachineImages/imageTemplates"
    path = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/{provider}/{name}"
    query = {"api-version": "2024-02-01"}
    answer = stack.call("PUT", path, json=document, params=query)
    assert answer.status_code == 201, answer.text
    wait_until_ready(stack, path)
    return path


def wait_until_ready(stack: Stack, path: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        state = stack.call("GET", path, params={"api-version": "2024-02-01"}).json()["properties"]
        if state["provisioningState"] != "Creating":
            assert state["provisioningState"] == "Succeeded", state
            return
        time.sleep(0.05)  # between two looks
    raise AssertionError(f"{path} was not ready in time")


def listed(stack: Stack, **query: str | int) -> list[str]:
    answer = stack.call("GET", "/builds", params=query)
    assert answer.status_code == 200, answer.text
    return [run["id"] for run in answer.json()["value"]]


def test_runs_are_filtered(stack: Stack, built: Json) -> None:
    assert built["state"] == "Succeeded", built["error"]
    assert listed(stack, state="Succeeded,Failed", template="FIRST") == [built["id"]]
    assert listed(stack, template=built["templateId"].upper().replace("/SUBSC", "/subsc")) == [built["id"]]
    assert listed(stack, state="Canceled") == []
    created = built["createdAt"]
    assert listed(stack, since=created, template="first") == [built["id"]]
    assert listed(stack, until=created, template="first") == []
    assert listed(stack, template="other") == []


def test_faults_of_a_query_are_told_at_once(stack: Stack) -> None:
    query = {"limit": "0", "state": "Done", "since": "yesterday", "continuationToken": "x", "template": "a b"}
    answer = stack.call("GET", "/builds", params=query)
    assert answer.status_code == 400
    assert {each["target"] for each in answer.json()["error"]["details"]} == set(query)


def test_a_long_poll_returns_when_the_run_changes(stack: Stack) -> None:
    run_id = stack.build(tiny([shell("long", "sleep 600")]), "waited-for")
    etag = stack.call("GET", f"/builds/{run_id}").headers["etag"]
    seen, begun = [], time.monotonic()
    while time.monotonic() < begun + 90:
        answer = stack.call("GET", f"/builds/{run_id}", params={"waitSeconds": 20, "after": etag})
        if answer.status_code == 200:
            assert answer.headers["etag"] != etag
            etag = answer.headers["etag"]
            seen.append(answer.json()["stage"])
        if "customize" in seen:
            break
    assert "customize" in seen
    unchanged = stack.call("GET", f"/builds/{run_id}", headers={"If-None-Match": f'W/{etag}, "other"'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stack.call, "GET", f"/builds/{run_id}?waitSeconds=25")
        stack.call("POST", f"/builds/{run_id}/cancel")
        assert waiting.result().json()["state"] in ("Canceling", "Canceled")
    ended = stack.finish(run_id)
    assert ended["state"] == "Canceled"
    begun = time.monotonic()
    assert stack.call("GET", f"/builds/{run_id}?waitSeconds=60").json()["state"] == "Canceled"
    assert time.monotonic() - begun < 20


def test_logs_by_range(stack: Stack, built: Json) -> None:
    path = f"/builds/{built['id']}/logs"
    whole = stack.call("GET", path)
    assert (whole.status_code, whole.headers["x-kiln-complete"]) == (200, "true")
    assert b"hello from the step" in whole.content
    part = stack.call("GET", path, headers={"Range": "bytes=4-9"})
    assert (part.status_code, part.content) == (206, whole.content[4:10])
    assert part.headers["content-range"] == "bytes 4-9/*"
    assert part.headers["x-kiln-next-offset"] == "10"
    rest = stack.call("GET", path, headers={"Range": "bytes=10-"})
    assert (rest.content, rest.headers["x-kiln-complete"]) == (whole.content[10:], "true")
    assert stack.call("GET", path, headers={"Range": "bytes=999999-"}).status_code == 416
    assert stack.call("GET", path, headers={"Range": "bytes=-5"}).content == whole.content


def test_a_stored_template_runs_with_parameters(stack: Stack) -> None:
    document = tiny([shell("say", "echo the word is '<word>'")])
    template_id = put_template(stack, "with-a-word", document)
    refused = stack.call("POST", "/builds", json={"templateId": template_id, "parameters": {"wrod": "x"}})
    assert refused.status_code == 400
    assert refused.json()["error"]["details"][0]["target"] == "parameters.wrod"
    body = {"templateId": template_id, "parameters": {"word": 'kiln "quoted"'}}
    started = stack.call("POST", "/builds", json=body)
    assert started.status_code == 202, started.text
    again = stack.call("POST", "/builds", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "OperationNotAllowed")
    run = stack.finish(started.json()["id"])
    assert run["state"] == "Succeeded", run["error"]
    assert 'the word is kiln "quoted"' in stack.log(run["id"])
    shown = stack.call("GET", template_id, params={"api-version": "2024-02-01"}).json()
    assert shown["properties"]["lastRunStatus"]["runState"] == "Succeeded"
    assert "<word>" in str(shown["properties"]["customize"])
    missing = {"templateId": template_id.replace("with-a-word", "missing")}
    assert stack.call("POST", "/builds", json=missing).status_code == 404


def test_a_template_is_exported_and_copied(stack: Stack) -> None:
    put_template(stack, "original", {**tiny([shell("a", "true")]), "tags": {"team": "one"}})
    exported = stack.call("GET", f"/templates/{GROUP}/original")
    assert exported.status_code == 200
    assert exported.json()["apiVersion"] == "2024-02-01"
    assert (
        stack.call("POST", "/plan", json={"name": "original", "template": exported.json()}).status_code == 200
    )
    path, target = f"/templates/{GROUP}/original/copy", {"resourceGroup": "moved", "location": "northeurope"}
    copied = stack.call("POST", path, json=target)
    assert copied.status_code == 201, copied.text
    wait_until_ready(stack, copied.json()["id"])
    copy = stack.call("GET", "/templates/moved/original").json()
    assert copy == {**exported.json(), "location": "northeurope"}
    assert stack.call("POST", path, json=target).status_code == 412
    assert stack.call("POST", path, json={}).status_code == 409
    assert stack.call("GET", "/templates/moved/none").status_code == 404
    faulty = stack.call("POST", path, json={"name": "a/b", "region": "x"})
    assert {each["target"] for each in faulty.json()["error"]["details"]} == {"name", "region"}


def test_a_plan_tells_what_a_run_would_do(stack: Stack, built: Json) -> None:
    before = listed(stack, limit=1)
    template = tiny([shell("greet", "echo hello from the step")])
    template["properties"]["vmProfile"] = {"vmSize": "Standard_D2s_v3", "osDiskSizeGB": 30}
    plan = ask_plan(stack, template).json()
    assert plan["history"]["runs"][0]["run"] == built["id"]
    assert plan["history"]["medianSeconds"]["customize"] >= 0
    kinds = [resource["type"].rpartition("/")[2] for resource in plan["resources"]]
    assert kinds.count("virtualMachines") == 1
    layer, vhd = (each["name"] for each in plan["resources"] if each["kept"])
    assert layer.startswith("kiln-layer-")
    assert vhd == "vhds/<run>/vhd.vhd"
    assert plan["cost"]["perRun"] is None
    assert "no price table" in plan["cost"]["note"]
    assert listed(stack, limit=1) == before


def ask_plan(stack: Stack, template: Json) -> httpx.Response:
    return stack.call("POST", "/plan", json={"name": "first", "template": template})
