"""The janitor on a real stack: a run whose orchestration was terminated, and what is not Kiln's."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from cli.local.app_group import GROUPS_API_VERSION
from cli.local.arm import Arm
from tests.e2e.conftest import root
from tests.e2e.stack import Stack, shell, tiny

__all__ = ["root"]


@pytest.fixture(scope="module")
def stack(root: Path) -> Iterator[Stack]:
    stack = Stack.start(root)
    yield stack
    stack.stop()


def terminated(stack: Stack) -> str:
    """A run in the middle of its scripts whose orchestration somebody has terminated."""
    run_id = stack.build(tiny([shell("long", "sleep 600")]), "lost")
    for run in stack.follow(run_id):
        if run["stage"] == "customize":
            break
    instances = f"{stack.local.endpoints.functions}/runtime/webhooks/durabletask/instances/{run_id}"
    answer = httpx.post(f"{instances}/terminate", params={"reason": "a test"}, trust_env=False)
    assert answer.status_code == 202
    return run_id


def sweep(stack: Stack) -> dict[str, Any]:
    """One sweep's report."""
    assert stack.call("POST", "/janitor").status_code == 202
    while (answer := stack.call("GET", "/janitor").json())["state"] in ("Pending", "Running"):
        time.sleep(0.05)  # between two looks at the sweep's own state
    return dict(answer["report"])


def test_a_lost_run_is_found_ended_and_undone(stack: Stack) -> None:
    run_id = terminated(stack)
    found = stack.call("POST", "/janitor?dryRun=true").json()
    assert [run["run"] for run in found["lostRuns"]] == [run_id]
    assert stack.run(run_id)["state"] == "Running"
    assert stack.left_over(run_id) != []
    report = sweep(stack)
    assert (report["abandonedRuns"], report["failed"]) == ([run_id], [])
    assert stack.left_over(run_id) == []
    run = stack.run(run_id)
    assert (run["state"], run["error"]["code"]) == ("Failed", "OrchestrationLost")
    assert stack.call("POST", "/janitor?dryRun=true").json() == {"lostRuns": [], "leftovers": []}


def test_only_what_has_expired_of_runs_that_are_not_known_here_goes(stack: Stack) -> None:
    tags = {"kiln-run": "other-20200101T000000-abcdef"}
    with Arm(stack.local.cloud) as arm:
        for name, given in (
            ("expired", {**tags, "kiln-expires": "2020-01-01T00:00:00+00:00"}),
            ("current", {**tags, "kiln-expires": "2999-01-01T00:00:00+00:00"}),
            ("untagged", {"owner": "somebody"}),
        ):
            arm.put(f"/resourceGroups/{name}", GROUPS_API_VERSION, {"location": "westeurope", "tags": given})
    report = sweep(stack)
    assert [removed.rpartition("/")[2] for removed in report["removed"]] == ["expired"]
    assert [id_.rpartition("/")[2] for id_ in stack.left_over(tags["kiln-run"])] == ["current"]


def test_dry_run_must_be_a_truth_value(stack: Stack) -> None:
    assert stack.call("POST", "/janitor?dryRun=maybe").status_code == 400
