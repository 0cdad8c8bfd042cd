"""The public samples' patterns give the samples' results."""

from tests.conformance.functions_host.harness import HostProcess


def test_function_chaining(patterns: HostProcess) -> None:
    assert patterns.run("chaining") == ["Hello Tokyo!", "Hello Seattle!", "Hello Cairo!"]


def test_fan_out_fan_in(patterns: HostProcess) -> None:
    assert patterns.run("fan_out", {"count": 30}) == sum(n * n for n in range(30))


def test_sub_orchestrations_in_parallel_and_by_id(patterns: HostProcess) -> None:
    assert patterns.run("parent") == [1, 5, True]


def test_human_interaction_approved(patterns: HostProcess) -> None:
    instance = patterns.begin("approval", {"timeout": 60})
    assert patterns.raise_event(instance, "Approval", {"by": "ada"}) == 202
    assert patterns.wait(instance)["output"] == {"approved": {"by": "ada"}}


def test_human_interaction_escalated_after_the_timer(patterns: HostProcess) -> None:
    assert patterns.run("approval", {"timeout": 0.1}) == "escalated"


def test_monitor_continues_as_new_and_keeps_its_custom_status(patterns: HostProcess) -> None:
    instance = patterns.begin("monitor")
    status = patterns.wait(instance)
    assert (status["output"], status["customStatus"]) == (4, {"polls": 4})


def test_retries_next_to_other_work_and_exhausted_ones_caught(patterns: HostProcess) -> None:
    assert patterns.run("retrying") == [3, "Hello Oslo!", True]


def test_counter_entity_of_a_blueprint(patterns: HostProcess) -> None:
    assert patterns.run("count") == [7, "counter refuses"]


def test_custom_classes_travel_by_their_own_json(patterns: HostProcess) -> None:
    assert patterns.run("moves") == ["Point", 2, 3, None]


def test_starter_function_with_durable_client(patterns: HostProcess) -> None:
    response = patterns.client.post("/api/start/fan_out", params={"id": "by-client"}, json={"count": 4})
    assert response.status_code == 202
    assert response.headers["retry-after"] == "10"
    assert response.headers["location"] == response.json()["statusQueryGetUri"]
    status = patterns.wait("by-client")
    assert status["output"] == 14
    follow = patterns.client.get(response.json()["statusQueryGetUri"])
    assert (follow.status_code, follow.json()["output"]) == (200, 14)
