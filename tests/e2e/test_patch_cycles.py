"""Patch cycles over many templates, on machines that keep names only: rules, reports, kills, approval."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from cli.local import supervisor
from cli.local.demo_scene import GALLERIES_API_VERSION
from cli.local.parts import Part
from tests.e2e.factory import TINY, Factory, until
from tests.e2e.parts import kill_host
from tests.e2e.stack import Stack

NEVER = {"cron": "0 0 0 1 1 *"}
BY_ADA = {"approved": True, "by": "ada@example.org", "comment": "go"}


@pytest.fixture(scope="module")
def light(root: Path) -> Iterator[Stack]:
    """A Kiln whose cloud runs no scripts."""
    make_cloud = supervisor.cloud_part

    def without_guests(*given: Any) -> Part:
        part = make_cloud(*given)
        return replace(part, command=[*part.command, "--guest", "none"])

    with patch.object(supervisor, "cloud_part", without_guests):
        stack = Stack.start(root)
        yield stack
        stack.stop()


def make_templates(factory: Factory, names: list[str], failing: set[str], tag: str) -> None:
    """Those in `failing` have lost what they publish to."""
    factory.make_definition(names[0])
    with ThreadPoolExecutor(4) as pool:
        list(
            pool.map(
                lambda name: factory.make_template(name, TINY, "true", vhd=False, tags={"patch": tag}), names
            )
        )
    for name in failing:
        gone = factory.kiln.request(
            "DELETE", f"{factory.gallery}/images/{name}", api_version=GALLERIES_API_VERSION
        )
        assert gone.status_code in (200, 202), gone.text


class Policy:
    """A policy through the API."""

    def __init__(self, factory: Factory, name: str, **rules: Any) -> None:
        self.factory, self.path = factory, f"/patch-policies/{name}"
        body = {"schedule": NEVER, "select": {"tags": {"patch": name}}, **rules}
        kept = factory.stack.call("PUT", self.path, json=body)
        assert kept.status_code == 200, kept.text

    def start(self, **query: str) -> str:
        started = self.factory.stack.call("POST", f"{self.path}/start", params=query)
        assert started.status_code == 202, started.text
        return started.headers["Location"].removeprefix("/api")

    def post(self, cycle: str, action: str, body: object = None) -> Any:
        return self.factory.stack.call("POST", f"{cycle}/{action}", json=body)

    def wait(self, cycle: str, *states: str) -> dict[str, Any]:
        return self.look(cycle, lambda report: report["state"] in states, " or ".join(states))

    def look(self, cycle: str, done: Any, what: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            report = dict(self.factory.stack.call("GET", cycle).json())
            return report if done(report) else None

        return until(look, f"cycle that is {what}")


def cycle_over(stack: Stack, count: int, size: int, failing: set[int], kills: tuple[int, ...]) -> None:
    """The host is killed when these waves have begun."""
    factory = Factory(stack, f"monthly-{count}")
    names = [f"t{number:02d}" for number in range(count)]
    bad = {names[number] for number in failing}
    make_templates(factory, names, bad, f"monthly-{count}")
    policy = Policy(factory, f"monthly-{count}", waves={"size": size}, halt={"failures": len(bad) + 1})
    dry = policy.wait(policy.start(dryRun="true"), "Succeeded")
    assert (dry["waves"], dry["counts"]) == (count // size, {"Pending": count})
    cycle = policy.start()
    for wave in kills:
        policy.look(cycle, lambda report, wave=wave: report["wave"] >= wave, f"in wave {wave}")
        kill_host(stack)
    report = policy.wait(cycle, "Succeeded", "PartiallySucceeded", "Failed", "Halted")
    assert (report["state"], report["wave"], report["reason"]) == ("PartiallySucceeded", count // size, None)
    assert report["counts"] == {"Succeeded": count - len(bad), "Failed": len(bad)}
    failed = {t["templateId"].rpartition("/")[2]: t["reason"] for t in report["templates"] if t["reason"]}
    assert set(failed) == bad
    assert all(reason.startswith("GalleryImageNotFound: ") for reason in failed.values())
    assert [len(factory.runs(name)) for name in names] == [1] * count
    runs = {run["id"] for name in names for run in factory.runs(name)}
    assert {t["runId"] for t in report["templates"]} == runs


def test_a_cycle_goes_on_over_a_failure_and_a_killed_host(light: Stack) -> None:
    cycle_over(light, 6, 2, {3}, (2,))


@pytest.mark.slow
@pytest.mark.timeout(900)  # seconds; on two idle cores it takes a fraction of that
def test_sixty_templates_three_failures_two_kills(light: Stack) -> None:
    cycle_over(light, 60, 10, {3, 17, 44}, (2, 4))


def test_a_halt_approvals_a_resume_and_a_cancel(light: Stack) -> None:
    factory = Factory(light, "careful")
    make_templates(factory, ["a", "b", "c"], {"b"}, "careful")
    rules = {"waves": {"size": 1}, "halt": {"failures": 1}, "approval": {"hours": 1, "firstWave": False}}
    policy = Policy(factory, "careful", **rules)
    cycle = policy.start()
    waiting = policy.look(cycle, lambda r: (r["waitsFor"] or "").startswith("approval"), "waiting")
    assert (waiting["wave"], waiting["counts"]) == (1, {"Succeeded": 1, "Pending": 2})
    assert light.call("POST", f"{policy.path}/start").json()["error"]["code"] == "CycleRunning"
    assert policy.post(cycle, "approve", {"approved": True}).status_code == 400
    assert policy.post(cycle, "approve", BY_ADA).status_code == 202
    halted = policy.wait(cycle, "Halted", "PartiallySucceeded")
    assert halted["reason"] == "after wave 2 of 3: 1 builds failed, the policy halts at 1"
    assert halted["approvals"][0].startswith("wave 2 approved by ada@example.org at ")
    assert policy.post(cycle, "approve", BY_ADA).json()["error"]["code"] == "NothingToApprove"

    factory.make_definition("b")
    resumed = policy.post(cycle, "resume").headers["Location"].removeprefix("/api")
    policy.look(resumed, lambda r: (r["waitsFor"] or "").startswith("approval"), "waiting")
    assert policy.post(resumed, "cancel").status_code == 202
    canceled = policy.wait(resumed, "Canceled", "Succeeded")
    assert (canceled["reason"], canceled["counts"]) == (
        "the cycle was cancelled",
        {"Succeeded": 1, "Pending": 1},
    )
    assert [len(factory.runs(name)) for name in ("a", "b", "c")] == [1, 2, 0]
