"""Runs orchestrations as plain generators against plain functions as activities, with a clock of its own.

It knows nothing of Durable's protocol (tests/replay and the local host do); it answers one question: which
activities does an orchestration call, in which order, for which results.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from orchestrators.abandon_run import abandon_run
from orchestrators.await_operation import await_operation
from orchestrators.build_image import build_image
from orchestrators.clean_up import clean_up
from orchestrators.janitor import janitor
from orchestrators.patch_cycle import patch_cycle
from orchestrators.patch_template import patch_template
from orchestrators.publish_managed_image import publish_managed_image
from orchestrators.publish_shared_image import publish_shared_image
from orchestrators.publish_vhd import publish_vhd
from orchestrators.rebuild_dependents import rebuild_dependents
from orchestrators.rebuild_template import rebuild_template
from orchestrators.region_quota import await_turn, region_quota
from orchestrators.remove_leftover import remove_leftover
from orchestrators.repeat_activity import repeat_activity
from orchestrators.watch_sources import watch_sources

ORCHESTRATIONS = {
    f.__name__: f
    for f in (
        abandon_run,
        await_operation,
        await_turn,
        build_image,
        clean_up,
        janitor,
        patch_cycle,
        patch_template,
        publish_managed_image,
        publish_shared_image,
        publish_vhd,
        rebuild_dependents,
        rebuild_template,
        remove_leftover,
        repeat_activity,
        watch_sources,
    )
}
ENTITIES: dict[str, Callable[[Any], None]] = {"region_quota": region_quota}
Activity = Callable[[Any], Any]


@dataclass
class Task:
    """A durable task: `run` gives its result when it is yielded."""

    run: Callable[[], Any]
    is_completed: bool = False
    result: Any = None
    due: datetime | None = None
    never: bool = False
    canceled: bool = False

    def cancel(self) -> None:
        self.canceled = True

    def complete(self) -> Any:
        if not self.is_completed:
            try:
                self.result = self.run()
            except Exception as error:  # noqa: BLE001 - it is thrown into the orchestration
                self.result = error
            self.is_completed = True
        return self.result


@dataclass
class Simulation:
    """`activities` by name; `events` are external events raised before the start, by name.

    `instead` are plain functions that stand for sub-orchestrations.
    """

    activities: dict[str, Activity]
    events: set[str] = field(default_factory=set)
    instead: dict[str, Activity] = field(default_factory=dict)
    event_data: dict[str, Any] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    inputs: list[tuple[str, Any]] = field(default_factory=list)
    now: datetime = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    slept: list[float] = field(default_factory=list)
    entities: dict[str, Any] = field(default_factory=dict)
    started: int = 0

    def run(self, orchestration: Callable[..., Any], payload: object) -> Any:
        self.started += 1
        context = Context(self, payload, f"simulated-{self.started}")
        while True:
            generator = orchestration(context)
            result = self._drive(generator)
            if context.next_input is None:
                return result
            context.payload, context.next_input = context.next_input, None

    def recorded(self, kind: str) -> list[Any]:
        """The events of that kind that the run was told, in order."""
        told = [payload["events"] for name, payload in self.inputs if name == "record_events"]
        return [event for events in told for event in events if event["kind"] == kind]

    def _drive(self, generator: Generator[Any, Any, Any]) -> Any:
        try:
            task = next(generator)
            while True:
                result = task.complete()
                task = generator.throw(result) if isinstance(result, Exception) else generator.send(result)
        except StopIteration as stop:
            return stop.value


@dataclass
class EntityContext:
    """The part of DurableEntityContext that Kiln's entities use."""

    operation_name: str
    payload: Any
    state: Any
    result: Any = None

    def get_input(self) -> Any:
        return self.payload

    def get_state(self, _: Callable[[], Any]) -> Any:
        return self.state

    def set_state(self, state: Any) -> None:
        self.state = state

    def set_result(self, result: Any) -> None:
        self.result = result


@dataclass
class Context:
    """The part of DurableOrchestrationContext that Kiln's orchestrations use."""

    simulation: Simulation
    payload: Any
    instance_id: str = ""
    next_input: Any = None
    custom_status: Any = None

    @property
    def current_utc_datetime(self) -> datetime:
        return self.simulation.now

    def get_input(self) -> Any:
        return self.payload

    def set_custom_status(self, status: object) -> None:
        self.custom_status = status

    def continue_as_new(self, payload: object) -> None:
        self.next_input = payload

    def call_activity(self, name: str, payload: object) -> Task:
        def run() -> Any:
            self.simulation.calls.append(name)
            self.simulation.inputs.append((name, payload))
            return self.simulation.activities[name](payload)

        return Task(run)

    def call_sub_orchestrator(self, name: str, payload: object, instance_id: str = "") -> Task:
        if name in self.simulation.instead:
            return Task(lambda: self.simulation.instead[name](payload))
        return Task(lambda: self.simulation.run(ORCHESTRATIONS[name], payload))

    def call_entity(self, address: Any, operation: str, payload: object) -> Task:
        key = f"{address.name} {address.key}"

        def run() -> Any:
            entity = EntityContext(operation, payload, self.simulation.entities.get(key, {}))
            ENTITIES[address.name](entity)
            self.simulation.entities[key] = entity.state
            return entity.result

        return Task(run)

    def create_timer(self, due: datetime) -> Task:
        def run() -> None:
            self.simulation.slept.append((due - self.simulation.now).total_seconds())
            self.simulation.now = max(self.simulation.now, due)

        return Task(run, due=due)

    def wait_for_external_event(self, name: str) -> Task:
        data = self.simulation.event_data.get(name)
        return Task(lambda: data, never=name not in self.simulation.events, result=data)

    def task_all(self, tasks: list[Task]) -> Task:
        def run() -> list[Any]:
            results = [task.complete() for task in tasks]
            for result in results:
                if isinstance(result, Exception):
                    raise result
            return results

        return Task(run)

    def task_any(self, tasks: list[Task]) -> Task:
        """An event that was raised wins, then a timer that is due, then the work, else the next timer."""

        def run() -> Task:
            early = self._interrupt(tasks[1:])
            if early is None and tasks[0].never:
                early = min((task for task in tasks if task.due is not None), key=lambda task: task.due)
                early.complete()
            elif early is None:
                tasks[0].complete()
                early = self._interrupt([task for task in tasks[1:] if task.due is not None])
            return early or tasks[0]

        return Task(run)

    def _interrupt(self, tasks: list[Task]) -> Task | None:
        for task in tasks:
            due = task.due is not None and task.due <= self.simulation.now
            if due or (task.due is None and not task.never):
                task.is_completed = True
                return task
        return None
