"""New work of a turn: what a replay found unscheduled becomes history events, work items, timers and
messages.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from .actions import HTTP_ACTIVITY, CallActivity, CallSubOrchestrator, CreateTimer, SendToEntity
from .functions import FunctionMetadata
from .history import Event, EventType, compact, event, iso
from .instances import Instance, Instances, Parent, Status
from .mailboxes import Post
from .replay import Scheduled
from .store import Store
from .turn import Turn, as_json_string, new_execution_id, started_event
from .work_items import WorkItem


class UnknownFunctionError(Exception):
    """The orchestrator calls a function that the app does not have; the instance fails with this message."""


class Scheduler:
    """Turns `Scheduled` into effects of a turn's unit of work."""

    def __init__(
        self,
        store: Store,
        instances: Instances,
        post: Post,
        dispatch: Callable[[WorkItem], None],
        default_version: str | None,
    ) -> None:
        self._store = store
        self._instances = instances
        self._post = post
        self._dispatch = dispatch
        self._default_version = default_version
        self.activities: Mapping[str, FunctionMetadata] = {}
        self.orchestrators: Mapping[str, FunctionMetadata] = {}
        self.entities: Mapping[str, FunctionMetadata] = {}

    def schedule(self, turn: Turn, work: Iterable[Scheduled]) -> None:
        """Adds all of it to the turn. Raises UnknownFunctionError before anything of that action is added."""
        for item in work:
            match item.action:
                case CallActivity():
                    self._activity(turn, item.task_id, item.action)
                case CallSubOrchestrator():
                    self._sub_orchestration(turn, item.task_id, item.action)
                case CreateTimer():
                    self._timer(turn, item.task_id, item.action)
                case SendToEntity():
                    self._entity(turn, item.task_id, item.action)

    def _activity(self, turn: Turn, task_id: int, action: CallActivity) -> None:
        if action.name not in self.activities and action.name != HTTP_ACTIVITY:
            raise UnknownFunctionError(unknown_function(action.name, "activity", self.activities))
        turn.add(EventType.TASK_SCHEDULED, task_id, Name=action.name, Version="", Input=None)
        item = WorkItem(
            next(self._store.work_ids),
            turn.instance.id,
            turn.instance.execution_id,
            task_id,
            action.name,
            action.input,
        )
        turn.unit.execute("INSERT INTO work VALUES(?,?,?,?,?,?)", *item)
        turn.unit.then(partial(self._dispatch, item))

    def _timer(self, turn: Turn, task_id: int, action: CreateTimer) -> None:
        fire_at = iso(action.fire_at)
        turn.add(EventType.TIMER_CREATED, task_id, FireAt=fire_at)
        fired = event(EventType.TIMER_FIRED, action.fire_at, TimerId=task_id, FireAt=fire_at)
        self._post.to_instance(turn.unit, turn.instance.id, fired, turn.instance.execution_id, action.fire_at)

    def _sub_orchestration(self, turn: Turn, task_id: int, action: CallSubOrchestrator) -> None:
        if action.name not in self.orchestrators:
            raise UnknownFunctionError(unknown_function(action.name, "orchestrator", self.orchestrators))
        caller = turn.instance
        child_id = action.instance_id or f"{caller.execution_id}:{task_id:x}"
        version = action.version or self._default_version
        turn.add(
            EventType.SUB_ORCHESTRATION_CREATED,
            task_id,
            Name=action.name,
            Version=version,
            InstanceId=child_id,
            Input=None,
        )
        existing = self._instances.load(child_id) if action.instance_id else None
        if existing is not None and not existing.status.is_terminal:
            self._refuse_child(turn, task_id, existing)
            return
        parent = Parent(caller.id, caller.execution_id, task_id, caller.name)
        child = new_instance(child_id, action.name, version, as_json_string(action.input), turn.now, parent)
        child = replace(child, trace=caller.trace)
        self._instances.insert(turn.unit, child)
        self._post.to_instance(turn.unit, child.id, started_event(child, turn.now), child.execution_id)

    def _refuse_child(self, turn: Turn, task_id: int, existing: Instance) -> None:
        reason = f"An Orchestration instance with the status {existing.status} already exists."
        failed = event(
            EventType.SUB_ORCHESTRATION_FAILED, turn.now, TaskScheduledId=task_id, Reason=reason, Details=""
        )
        self._post.to_instance(turn.unit, turn.instance.id, failed, turn.instance.execution_id)

    def _entity(self, turn: Turn, task_id: int, action: SendToEntity) -> None:
        name = action.entity_id.split("@")[1]
        if name.lower() not in self.entities:
            raise UnknownFunctionError(unknown_function(name, "entity", self.entities))
        body: Event = {
            "op": action.operation,
            "id": str(uuid.uuid4()),
            "input": as_json_string(action.input),
            "parent": turn.instance.id,
            "parentExecution": turn.instance.execution_id,
        }
        if action.is_signal:
            body["signal"] = True
        turn.add(EventType.EVENT_SENT, task_id, InstanceId=action.entity_id, Name="op", Input=compact(body))
        self._post.to_entity(turn.unit, action.entity_id, body, action.due)


def new_instance(
    instance_id: str,
    name: str,
    version: str | None,
    input_json: str | None,
    now: float,
    parent: Parent | None = None,
) -> Instance:
    """A pending instance that starts when its ExecutionStarted message arrives."""
    execution_id = new_execution_id()
    return Instance(
        *(instance_id, name, version, Status.PENDING, execution_id, input_json, None, None), now, now, parent
    )


def unknown_function(name: str, kind: str, known: Iterable[str]) -> str:
    names = ", ".join(f"'{n}'" for n in sorted(known))
    article = "a" if kind[0] not in "aeiou" else "an"
    plural = "entities" if kind == "entity" else f"{kind} functions"
    return f"The function '{name}' doesn't exist, is disabled, or is not {article} {kind} function. " + (
        f"Additional info: The following are the known {plural}: {names}."
        if names
        else f"Additional info: No {plural} are currently registered!"
    )
