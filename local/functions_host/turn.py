"""One turn of an orchestration while it is being put together: its events, its unit of work, its ending."""

import json
import uuid
from dataclasses import dataclass, field, replace

from .actions import ContinueAsNew
from .history import Event, EventType, Recorded, event, record
from .instances import Instance, Instances, Parent, Status
from .mailboxes import Post
from .settings import Json
from .store import UnitOfWork

_STATUS_NUMBER = {
    Status.COMPLETED: 1,
    Status.FAILED: 3,
    Status.CANCELED: 4,
    Status.TERMINATED: 5,
}


@dataclass(frozen=True)
class Ending:
    """How an instance ends: `result` is JSON text, for a failure the message; `details` go to its parent."""

    status: Status
    result: str | None
    details: str = ""


@dataclass
class Turn:
    """`now` (epoch seconds) is the turn's one clock; `instance` is the state before it, and nothing changes
    it.
    """

    instance: Instance
    now: float
    unit: UnitOfWork
    status: Status
    custom_status: str | None = None
    events: list[Recorded] = field(default_factory=list)

    def add(self, kind: EventType, event_id: int = -1, **fields: Json) -> None:
        self.events.append(record(event(kind, self.now, event_id, **fields)))

    def changed(self) -> Instance:
        """The instance after this turn, still going on."""
        return replace(
            self.instance,
            status=self.status,
            custom_status=self.custom_status or self.instance.custom_status,
            updated=self.now,
            turns=self.instance.turns + 1,
        )


def started_event(instance: Instance, now: float) -> Event:
    """ExecutionStarted. `Version` is mandatory: the SDK reads it without asking."""
    parent = instance.parent
    return event(
        EventType.EXECUTION_STARTED,
        now,
        Name=instance.name,
        Version=instance.version or "",
        Input=instance.input,
        OrchestrationInstance={"InstanceId": instance.id, "ExecutionId": instance.execution_id},
        ParentInstance=_parent_json(parent) if parent else None,
        Tags=None,
    )


def _parent_json(parent: Parent) -> dict[str, Json]:
    return {
        "Name": parent.name,
        "TaskScheduleId": parent.task_id,
        "OrchestrationInstance": {"InstanceId": parent.instance_id, "ExecutionId": parent.execution_id},
    }


def new_execution_id() -> str:
    return uuid.uuid4().hex


def go_on(turn: Turn, instances: Instances) -> Instance:
    """The instance waits for what comes next."""
    turn.add(EventType.ORCHESTRATOR_COMPLETED)
    changed = turn.changed()
    instances.save(turn.unit, changed, turn.events)
    return changed


def end(turn: Turn, ending: Ending, instances: Instances, post: Post) -> Instance:
    """The instance is over; its parent, if any, is told. Messages for this execution are dropped."""
    instance = turn.instance
    turn.add(
        EventType.EXECUTION_COMPLETED,
        OrchestrationStatus=_STATUS_NUMBER[ending.status],
        Result=ending.result,
    )
    turn.add(EventType.ORCHESTRATOR_COMPLETED)
    turn.unit.execute("DELETE FROM inbox WHERE instance_id=?", instance.id)
    if instance.parent is not None:
        post.to_instance(
            turn.unit,
            instance.parent.instance_id,
            _completion(instance.parent, ending, turn.now),
            instance.parent.execution_id,
        )
    changed = replace(turn.changed(), status=ending.status, output=ending.result)
    instances.save(turn.unit, changed, turn.events)
    return changed


def _completion(parent: Parent, ending: Ending, now: float) -> Event:
    if ending.status is Status.COMPLETED:
        return event(
            EventType.SUB_ORCHESTRATION_COMPLETED, now, TaskScheduledId=parent.task_id, Result=ending.result
        )
    return event(
        EventType.SUB_ORCHESTRATION_FAILED,
        now,
        TaskScheduledId=parent.task_id,
        Reason=ending.result,
        Details=ending.details,
    )


def continue_as_new(turn: Turn, action: ContinueAsNew, instances: Instances, post: Post) -> Instance:
    """The instance starts over with a new input and execution id; what the old execution waits for is
    dropped.
    """
    old = turn.instance
    turn.unit.execute("DELETE FROM inbox WHERE instance_id=? AND execution_id=?", old.id, old.execution_id)
    changed = replace(
        turn.changed(),
        execution_id=new_execution_id(),
        input=as_json_string(action.input),
        turns=0,
        history=[],
    )
    instances.replace_history(turn.unit, changed, [])
    post.to_instance(turn.unit, changed.id, started_event(changed, turn.now), changed.execution_id)
    return changed


def as_json_string(text: str | None) -> str | None:
    """The SDK sends inputs as JSON text and wants them back as a JSON string that contains it."""
    return None if text is None else json.dumps(text)
