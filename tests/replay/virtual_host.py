"""Runs orchestrations through the real Durable SDK with a clock that jumps: hours of waiting take no time.

What the extension does is done here: completions become history, history is replayed turn by turn, a
continue-as-new starts an empty one. Shapes of events as in the histories beside this file. Sub-orchestrations
run when they are scheduled, one after the other.
"""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.durable_functions.models.DurableOrchestrationContext import DurableOrchestrationContext
from azure.durable_functions.orchestrator import Orchestrator

from tests.unit.orchestrators.simulation import ORCHESTRATIONS

ACTIVITY, SUB_ORCHESTRATION, CONTINUE_AS_NEW, TIMER, EVENT = 0, 2, 4, 5, 6
COMPOUND = "compoundActions"
Event = dict[str, Any]
TURN_SECONDS = 0.05


@dataclass
class Sizes:
    """Of one orchestration's histories: the longest in bytes, and the most events that one turn replayed."""

    bytes: int = 0
    replayed: int = 0
    turns: int = 0


@dataclass
class VirtualHost:
    """`activities` by name: from the input to the `Reply` as JSON."""

    activities: dict[str, Callable[[Any], Any]]
    now: datetime = datetime(2026, 11, 21, 12, tzinfo=UTC)
    sizes: defaultdict[str, Sizes] = field(default_factory=lambda: defaultdict(Sizes))

    def run(self, name: str, payload: Any, instance: str = "run") -> Any:
        """The orchestration's output."""
        while True:
            history: list[Event] = []
            fresh = [self._event(0, Name=name, Version="", Input=json.dumps(json.dumps(payload)))]
            known = 0
            while True:
                answer = self._turn(name, payload, instance, history, fresh)
                actions = _leaves(answer["actions"][0])
                if actions and actions[-1]["actionType"] == CONTINUE_AS_NEW:
                    payload = json.loads(actions[-1]["input"])
                    break
                if answer["isDone"]:
                    return answer.get("output")
                pending = list(enumerate(actions))
                history += [self._scheduled(number, action, instance) for number, action in pending[known:]]
                known = len(actions)
                fresh = [self._next_completion(pending, history)]

    def _turn(self, name: str, payload: Any, instance: str, history: list[Event], fresh: list[Event]) -> Any:
        self.now += timedelta(seconds=TURN_SECONDS)
        replayed = len(history)
        history += [self._event(12), *fresh]
        document = {
            "history": [{**event, "IsPlayed": i < replayed} for i, event in enumerate(history)],
            "input": json.dumps(payload),
            "instanceId": instance,
            "isReplaying": replayed > 0,
            "parentInstanceId": None,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 2,
        }
        context = DurableOrchestrationContext.from_json(json.dumps(document))
        answer = json.loads(Orchestrator(ORCHESTRATIONS[name]).handle(context))
        history.append(self._event(13))
        sizes = self.sizes[name]
        sizes.bytes = max(sizes.bytes, len(json.dumps(history, separators=(",", ":"))))
        sizes.replayed = max(sizes.replayed, replayed)
        sizes.turns += 1
        return answer

    def _scheduled(self, number: int, action: dict[str, Any], instance: str) -> Event:
        match action["actionType"]:
            case 0:
                return self._event(4, number, Name=action["functionName"], Version="", Input=None)
            case 2:
                child = f"{instance}:{number}"
                name = action["functionName"]
                return self._event(7, number, Name=name, Version=None, InstanceId=child, Input=None)
            case 5:
                return self._event(10, number, FireAt=action["fireAt"])
            case _:
                return self._event(14, number)

    def _next_completion(self, actions: list[tuple[int, dict[str, Any]]], history: list[Event]) -> Event:
        """Work first; the earliest timer when there is none."""
        done = {event.get("TaskScheduledId", event.get("TimerId")) for event in history}
        open_ = [(number, action) for number, action in actions if number not in done]
        for number, action in open_:
            if action["actionType"] == ACTIVITY:
                result = self.activities[action["functionName"]](json.loads(action["input"]))
                return self._event(5, TaskScheduledId=number, Result=json.dumps(result))
            if action["actionType"] == SUB_ORCHESTRATION:
                result = self.run(action["functionName"], json.loads(action["input"]), f"child:{number}")
                return self._event(8, TaskScheduledId=number, Result=json.dumps(result))
        timers = [(action["fireAt"], number) for number, action in open_ if action["actionType"] == TIMER]
        due, number = min(timers)
        self.now = max(self.now, datetime.fromisoformat(due.replace("Z", "+00:00")))
        return self._event(11, TimerId=number, FireAt=due)

    def _event(self, kind: int, number: int = -1, **fields: Any) -> Event:
        moment = self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"EventType": kind, "EventId": number, "Timestamp": moment, **fields}


def _leaves(actions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every action that takes a task id, in order; waiting for an external event takes none."""
    leaves = []
    for action in actions:
        if COMPOUND in action:
            leaves += _leaves(action[COMPOUND])
        elif action["actionType"] != EVENT:
            leaves.append(action)
    return leaves
