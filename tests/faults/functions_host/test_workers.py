"""User code that hangs, crashes or fails: the worker is replaced, the work redelivered, the instance told."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.conformance.functions_host.harness import APPS, WEBHOOK, HostProcess


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    settings = {
        "HUB": "FaultHub",
        "SCHEDULE": "0 0 0 1 1 *",
        "MARKS": str(tmp_path_factory.mktemp("marks")),
        "AzureWebJobs.ticking.Disabled": "true",
        "PYTHON_THREADPOOL_THREAD_COUNT": "4",
    }
    host = HostProcess(APPS / "features", tmp_path_factory.mktemp("faults"), settings)
    yield host.start()
    host.close()


def test_activity_beyond_the_function_timeout_fails_and_its_process_goes(features: HostProcess) -> None:
    before = features.client.get("/admin/host/status").json()["workerProcesses"]
    assert "Timeout value of 5 s was exceeded" in features.run("call_one", {"activity": "hangs_once"})
    after = features.client.get("/admin/host/status").json()["workerProcesses"]
    assert after != before


def test_orchestrator_beyond_the_function_timeout_is_run_again(features: HostProcess) -> None:
    assert features.run("slow_orchestrator") == "retried"


def test_activity_whose_process_crashed_is_redelivered(features: HostProcess) -> None:
    assert features.run("call_one", {"activity": "crashes_once"}) == "redelivered"


def test_missing_activity_fails_the_instance_not_the_host(features: HostProcess) -> None:
    status = features.wait(features.begin("missing"))
    assert status["runtimeStatus"] == "Failed"
    assert "The function 'no_such_activity' doesn't exist" in status["output"]
    assert features.client.get("/admin/host/status").status_code == 200


def test_non_determinism_is_reported(features: HostProcess) -> None:
    status = features.wait(features.begin("changing"))
    assert status["runtimeStatus"] == "Failed"
    assert "Non-Deterministic workflow detected" in status["output"]
    assert "'now'" in status["output"]


def test_after_a_failed_task_all_the_next_action_waits_for_all_siblings(features: HostProcess) -> None:
    slow_ended, next_started = features.run("fails_with_sibling")
    assert next_started >= slow_ended


def test_rewind_runs_again_what_failed_and_only_that(features: HostProcess) -> None:
    instance = features.begin("fails_until_fixed")
    assert features.wait(instance)["runtimeStatus"] == "Failed"
    url = f"{WEBHOOK}/instances/{instance}/rewind"
    assert features.client.post(url, params={"reason": "fixed"}).status_code == 202
    assert features.wait(instance, "Completed")["output"] == [1, 2]
    assert features.client.post(url).status_code == 410


def test_call_http_reads_from_this_very_host(features: HostProcess) -> None:
    url = str(features.client.base_url.join("/v1/items/3"))
    assert features.run("fetches", {"url": url}) == [200, "[('id', '3')]"]


def test_events_raised_before_the_wait_and_while_no_worker_lives(features: HostProcess) -> None:
    instance = features.begin("waits")
    for pid in features.client.get("/admin/host/status").json()["workerProcesses"]:
        os.kill(pid, signal.SIGKILL)
    assert features.raise_event(instance, "Go", {"n": 1}) == 202
    assert features.wait(instance)["output"] == {"n": 1}


def test_a_second_host_on_the_same_data_folder_is_refused(features: HostProcess) -> None:
    import subprocess

    second = subprocess.run(
        features.command(), env=features.environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert second.returncode == 2
    assert "is in use by another functions host" in second.stderr
    assert "Traceback" not in second.stderr


def test_the_worker_dies_with_a_killed_host(tmp_path: Path) -> None:
    host = HostProcess(APPS / "patterns", tmp_path / "data").start()
    worker = psutil.Process(host.client.get("/admin/host/status").json()["workerProcesses"][0])
    host.close()
    worker.wait(5)
