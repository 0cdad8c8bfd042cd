"""Histories that real builds left behind still replay: a change that breaks running builds fails here.

A difference means that the orchestrator needs a new version, or must ask for the same actions in
the same order; see the docstring of `record`.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from azure.durable_functions.models.DurableOrchestrationContext import DurableOrchestrationContext
from azure.durable_functions.orchestrator import Orchestrator

from tests.unit.orchestrators.simulation import ORCHESTRATIONS

HISTORIES = sorted((Path(__file__).parent / "histories").glob("*.json"))
SCHEDULED = (4, 7)  # TaskScheduled, SubOrchestrationInstanceCreated
ORCHESTRATOR_COMPLETED = 13


def replay(document: dict[str, Any], history: list[dict[str, Any]]) -> dict[str, Any]:
    started = max(i for i, event in enumerate(history) if event["EventType"] == 12)
    events = [{**event, "IsPlayed": i < started} for i, event in enumerate(history)]
    payload = {
        "history": events,
        "input": document["input"],
        "instanceId": document["instanceId"],
        "isReplaying": started > 0,
        "parentInstanceId": None,
        "upperSchemaVersion": 1,
        "upperSchemaVersionNew": 2,
    }
    context = DurableOrchestrationContext.from_json(json.dumps(payload))
    answer: dict[str, Any] = json.loads(
        Orchestrator(ORCHESTRATIONS[document["orchestration"]]).handle(context)
    )
    return answer


def called(actions: list[dict[str, Any]]) -> list[str]:
    """Names of the activities and orchestrations that the actions start, in order."""
    names = []
    for action in actions:
        names += called(action.get("compoundActions", []))
        if action["actionType"] in (0, 2):
            names.append(action["functionName"])
    return names


@pytest.fixture(params=HISTORIES, ids=lambda path: path.stem)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(request.param.read_text())
    return loaded


def test_there_are_histories() -> None:
    assert {path.stem for path in HISTORIES} >= {
        "build_image-succeeded",
        "build_image-script_failed",
        "publish_vhd",
    }


def test_a_history_replays_to_the_same_calls(document: dict[str, Any]) -> None:
    history = document["history"]
    scheduled = [event["Name"] for event in history if event["EventType"] in SCHEDULED]
    ends = [i for i, event in enumerate(history) if event["EventType"] == ORCHESTRATOR_COMPLETED]
    for turn in sorted({ends[0], ends[len(ends) // 2], ends[-1]}):
        past = [event for event in history[: turn + 1] if event["EventType"] != 1]
        answer = replay(document, past[:-1])
        assert called(answer["actions"][0]) == scheduled[: len(called(answer["actions"][0]))]
    assert answer["isDone"]
    assert called(answer["actions"][0]) == scheduled


def test_histories_stay_small(document: dict[str, Any]) -> None:
    assert len(json.dumps(document["history"], separators=(",", ":"))) < 64 * 1024
