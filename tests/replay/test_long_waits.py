"""A build that waits for hours keeps a short history, and replays no more at its end than at its start."""

import json
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from local.functions_host.worker.sdk_shortcuts import take_shortcuts
from shared.domain.build import BuildRequest, Reply
from shared.domain.codec import to_json
from shared.domain.operations import OperationState, OperationStatus, PollPolicy
from tests.replay.virtual_host import VirtualHost
from tests.unit.orchestrators.fake_activities import succeeding, value

SDK = "azure.durable_functions.models"
HistoryEvent = import_module(f"{SDK}.history.HistoryEvent")
TaskOrchestrationExecutor = import_module(f"{SDK}.TaskOrchestrationExecutor")
LIMIT = 64 * 1024  # bytes, of the issue
# Polled every minute rather than every 15 s: the SDK takes 10 ms for each.
PACE = PollPolicy(first_seconds=5, longest_seconds=60)
BUILD = to_json(BuildRequest("web-20261121T120000-abcdef", timeout_minutes=960, poll=PACE))
HOURS = 4
THROTTLED = to_json(Reply(transient="slow down", code="TooManyRequests", wait_seconds=120.0, throttled=True))


@pytest.fixture(autouse=True, scope="module")
def shortcuts() -> Iterator[None]:
    """The local worker's, undone afterwards: most of the SDK's time goes into reading timestamps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HistoryEvent, "dt_parse", HistoryEvent.dt_parse)
        patch.setattr(TaskOrchestrationExecutor, "namedtuple", TaskOrchestrationExecutor.namedtuple)
        take_shortcuts()
        yield


def slow(host: VirtualHost, hours: float) -> Any:
    """A poll by which the VM's creation takes that long and every other operation is done."""
    began: list[float] = []

    def poll(asked: dict[str, Any]) -> Any:
        if asked["operation"]["resource_id"] != "create_vm":
            return value(OperationStatus(OperationState.SUCCEEDED))
        began.append(host.now.timestamp())
        over = host.now.timestamp() - began[0] >= hours * 3600
        return value(OperationStatus(OperationState.SUCCEEDED if over else OperationState.IN_PROGRESS))

    return poll


def build(hours: float) -> VirtualHost:
    host = VirtualHost(succeeding())
    host.activities["poll_operation"] = slow(host, hours)
    assert host.run("build_image", BUILD) is None
    return host


def test_four_hours_leave_a_short_history_and_replay_no_more_than_one() -> None:
    short, long = build(1), build(HOURS)
    assert long.sizes["await_operation"].turns > short.sizes["await_operation"].turns + 150
    assert sum(size.bytes for size in long.sizes.values()) < LIMIT
    replayed = [{name: size.replayed for name, size in host.sizes.items()} for host in (short, long)]
    assert replayed[0] == replayed[1]


def test_every_call_may_fail_once_on_the_way() -> None:
    host = VirtualHost(succeeding())
    host.activities["poll_operation"] = slow(host, 0.1)
    failed: set[str] = set()

    def flaky(name: str, activity: Any) -> Any:
        def run(payload: Any) -> Any:
            key = f"{name} {json.dumps(payload, sort_keys=True)}"
            if key not in failed:
                failed.add(key)
                return to_json(Reply(transient="ARM is away", code="InternalServerError"))
            return activity(payload)

        return run

    host.activities = {name: flaky(name, activity) for name, activity in host.activities.items()}
    assert host.run("build_image", BUILD) is None
    assert host.sizes["repeat_activity"].turns > len(host.activities)
    assert max(size.bytes for size in host.sizes.values()) < LIMIT


def test_hours_of_throttling_leave_a_short_history() -> None:
    host = VirtualHost(succeeding())
    create, end = host.activities["create_vm"], host.now.timestamp() + HOURS * 3600
    host.activities["create_vm"] = lambda call: THROTTLED if host.now.timestamp() < end else create(call)
    assert host.run("build_image", BUILD) is None
    assert host.sizes["repeat_activity"].turns > HOURS * 25
    assert host.sizes["repeat_activity"].replayed < 100
    assert sum(size.bytes for size in host.sizes.values()) < LIMIT
