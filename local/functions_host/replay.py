"""Replays an orchestrator's actions over its history exactly as the Durable extension does, to learn what is
new.

The SDK returns every action of the instance's life, without task ids. The extension runs them one after
another in .NET: an action starts when the one before it has completed in .NET's sense, a leaf takes the next
task id when it starts, and a with-retry action takes further ids as its attempts fail. This module is that
interpreter. What the history does not know of yet is new work; what the history knows and the actions do not
is non-determinism.

Where .NET's sense of "completed" differs from Python's, the extension's wins, as in Azure: a WhenAll
completes only when every child has, failed or not, and a cancelled timer completes at once. Source:
OutOfProcOrchestrationShim.cs, TaskOrchestrationContext.cs and RetryInterceptor.cs.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from .actions import (
    Action,
    CallActivity,
    CallSubOrchestrator,
    ContinueAsNew,
    CreateTimer,
    Leaf,
    RetryPolicy,
    SendToEntity,
    WaitForEvent,
    WhenAll,
    WhenAny,
)
from .history import SCHEDULING, EventType, Recorded

_KIND_OF_EVENT: dict[EventType, tuple[type, str]] = {
    EventType.TASK_SCHEDULED: (CallActivity, "an activity task"),
    EventType.SUB_ORCHESTRATION_CREATED: (CallSubOrchestrator, "a sub-orchestration"),
    EventType.TIMER_CREATED: (CreateTimer, "a timer"),
    EventType.EVENT_SENT: (SendToEntity, "an entity operation"),
}


class NonDeterminismError(Exception):
    """The actions contradict the history: the orchestrator's code changed, or depends on something not
    replayed.
    """


class Scheduled(NamedTuple):
    """Work that takes a task id."""

    task_id: int
    action: CallActivity | CallSubOrchestrator | CreateTimer | SendToEntity


@dataclass(frozen=True)
class Outcome:
    """What a replay found out: new work, whether every action has completed, and how it ends.

    `unprocessed` are the external events that came after the orchestrator continued as new; they go to its
    next life.
    """

    new: list[Scheduled]
    finished: bool
    continued: ContinueAsNew | None
    unprocessed: list[Recorded]


class _Task:
    """A started action."""

    __slots__ = ("action", "attempt", "done", "parent", "pending")

    def __init__(self, action: Action, parent: "_Task | None") -> None:
        self.action = action
        self.parent = parent
        self.done = False
        self.attempt = 1
        self.pending = 0


@dataclass
class _Open:
    """A task id that waits for its completion; `retry_timer` if it is the pause before the next attempt."""

    task: _Task
    retry_timer: bool = False


@dataclass
class Replay:
    """One pass over the history. `now` (seconds since the epoch) dates the timers of new retries."""

    actions: Sequence[Action]
    now: float
    _next_action: int = 0
    _next_id: int = 0
    _current: _Task | None = None
    _open: dict[int, _Open] = field(default_factory=dict)
    _unconfirmed: dict[int, Scheduled] = field(default_factory=dict)
    _replies: dict[str, _Task] = field(default_factory=dict)
    _waiting: dict[str, list[_Task]] = field(default_factory=dict)
    _early: dict[str, deque[None]] = field(default_factory=dict)
    _continued: ContinueAsNew | None = None
    _unprocessed: list[Recorded] = field(default_factory=list)

    def run(self, history: Iterable[Recorded]) -> Outcome:
        """Plays the events in order. Raises NonDeterminismError."""
        for event in history:
            self._play(event)
            self._advance()
        finished = self._next_action == len(self.actions) and (self._current is None or self._current.done)
        return Outcome(list(self._unconfirmed.values()), finished, self._continued, self._unprocessed)

    def _play(self, event: Recorded) -> None:
        if event.kind in SCHEDULING:
            self._confirm(event)
        elif event.completes_task:
            self._complete_id(event)
        elif event.kind is EventType.EVENT_RAISED and event.name is not None:
            self._raise_event(event, event.name)
        elif event.kind is EventType.EXECUTION_STARTED:
            self._start_next()

    def _advance(self) -> None:
        while self._current is not None and self._current.done and self._next_action < len(self.actions):
            self._start_next()

    def _start_next(self) -> None:
        if self._next_action < len(self.actions):
            action = self.actions[self._next_action]
            self._next_action += 1
            self._current = self._start(action, None)

    def _start(self, action: Action, parent: _Task | None) -> _Task:
        task = _Task(action, parent)
        if isinstance(action, WhenAll | WhenAny):
            task.pending = len(action.children)
            for child in action.children:
                self._start(child, task)
            if isinstance(action, WhenAll) and not action.children:
                self._complete(task)
        else:
            self._start_leaf(action, task)
        return task

    def _start_leaf(self, action: Leaf, task: _Task) -> None:
        if isinstance(action, WaitForEvent):
            self._wait_for_event(action.name, task)
        elif isinstance(action, ContinueAsNew):
            self._continued = action
            self._complete(task)
        else:
            self._take_id(action, task)
            if (isinstance(action, CreateTimer) and action.cancelled) or (
                isinstance(action, SendToEntity) and action.is_signal
            ):
                self._complete(task)

    def _take_id(
        self,
        action: CallActivity | CallSubOrchestrator | CreateTimer | SendToEntity,
        task: _Task,
        pause: bool = False,
    ) -> None:
        task_id = self._next_id
        self._next_id += 1
        self._unconfirmed[task_id] = Scheduled(task_id, action)
        if not isinstance(action, SendToEntity):
            self._open[task_id] = _Open(task, pause)
        elif not action.is_signal:
            self._open[task_id] = _Open(task)

    def _confirm(self, event: Recorded) -> None:
        task_id = event.task_id or 0
        scheduled = self._unconfirmed.pop(task_id, None)
        expected, words = _KIND_OF_EVENT[event.kind]
        if scheduled is None or not isinstance(scheduled.action, expected) or _renamed(event, scheduled):
            raise NonDeterminismError(_contradiction(event, words, scheduled))
        if isinstance(scheduled.action, SendToEntity) and not scheduled.action.is_signal:
            self._replies[event.name or ""] = self._open.pop(task_id).task

    def _complete_id(self, event: Recorded) -> None:
        opened = self._open.pop(event.task_id if event.task_id is not None else -1, None)
        if opened is None:
            return  # a completion delivered twice: DurableTask.Core logs and ignores it as well
        task, action = opened.task, opened.task.action
        if opened.retry_timer:
            self._retry(task)
        elif (
            event.failed
            and isinstance(action, CallActivity | CallSubOrchestrator)
            and action.retry is not None
        ):
            self._take_id(CreateTimer(self.now + action.retry.delay_after(task.attempt)), task, pause=True)
        else:
            self._complete(task)

    def _retry(self, task: _Task) -> None:
        """After the pause: the next attempt, or the failure; .NET pauses even after the last attempt."""
        action = task.action
        if isinstance(action, CallActivity | CallSubOrchestrator) and _attempts_left(
            action.retry, task.attempt
        ):
            task.attempt += 1
            self._take_id(action, task)
        else:
            self._complete(task)

    def _wait_for_event(self, name: str, task: _Task) -> None:
        early = self._early.get(name)
        if early:
            early.popleft()
            self._complete(task)
        else:
            self._waiting.setdefault(name, []).append(task)

    def _raise_event(self, event: Recorded, name: str) -> None:
        if self._continued is not None:
            self._unprocessed.append(event)
        elif name in self._replies:
            self._complete(self._replies.pop(name))
        elif self._waiting.get(name):
            self._complete(self._waiting[name].pop())
        else:
            self._early.setdefault(name, deque()).append(None)

    def _complete(self, task: _Task) -> None:
        if task.done:
            return
        task.done = True
        parent = task.parent
        if parent is None:
            return
        parent.pending -= 1
        if isinstance(parent.action, WhenAny) or parent.pending == 0:
            self._complete(parent)


def _attempts_left(retry: RetryPolicy | None, attempt: int) -> bool:
    return retry is not None and attempt < retry.max_attempts


def _renamed(event: Recorded, scheduled: Scheduled) -> bool:
    action = scheduled.action
    return isinstance(action, CallActivity | CallSubOrchestrator) and action.name != event.name


def _contradiction(event: Recorded, words: str, scheduled: Scheduled | None) -> str:
    named = f" and name '{event.name}'" if event.kind is not EventType.TIMER_CREATED else ""
    earlier = f"A previous execution of this orchestration scheduled {words} with sequence ID"
    if scheduled is None:
        now = "the current replay execution hasn't (yet?) scheduled this task"
    else:
        now = f"the current replay execution scheduled {_describe(scheduled.action)} with this sequence ID"
    return (
        f"Non-Deterministic workflow detected: {earlier} {event.task_id}{named}, but {now}. "
        "Was a change made to the orchestrator code after this instance had already started running?"
    )


def _describe(action: Leaf) -> str:
    kinds = dict(_KIND_OF_EVENT.values())
    name = getattr(action, "name", None)
    return kinds[type(action)] + (f" named '{name}'" if name else "")
