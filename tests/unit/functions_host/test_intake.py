"""Which messages a turn takes in."""

from dataclasses import replace
from itertools import count

from local.functions_host.history import EventType, event, record
from local.functions_host.instances import Instance, Status
from local.functions_host.intake import Intake, take_in
from local.functions_host.mailboxes import OrchestratorMessage
from local.functions_host.scheduling import new_instance

NOW = 2_000_000.0
INSTANCE = replace(new_instance("i", "o", None, None, NOW), status=Status.RUNNING, execution_id="x1")
_seq = count(1)


def message(kind: EventType, execution_id: str | None = "x1") -> OrchestratorMessage:
    return OrchestratorMessage(
        next(_seq), execution_id, record(event(kind, 0.0, TimerId=1, TaskScheduledId=1, Name="n"))
    )


def kinds(intake: Intake) -> list[EventType]:
    return [event.kind for event in intake.events]


def take(*messages: OrchestratorMessage, instance: Instance | None = INSTANCE) -> Intake:
    return take_in(instance, messages, NOW)


def test_completions_of_an_earlier_execution_are_dropped() -> None:
    stale = message(EventType.TASK_COMPLETED, "x0")
    intake = take(stale, message(EventType.EVENT_RAISED, None))
    assert kinds(intake) == [EventType.EVENT_RAISED]
    assert stale in intake.taken


def test_an_ended_instance_takes_everything_away() -> None:
    ended = replace(INSTANCE, status=Status.COMPLETED)
    intake = take(message(EventType.EVENT_RAISED, None), instance=ended)
    assert (len(intake.taken), intake.events) == (1, [])


def test_suspended_instances_leave_events_where_they_are() -> None:
    event_ = message(EventType.EVENT_RAISED, None)
    intake = take(event_, instance=replace(INSTANCE, status=Status.SUSPENDED))
    assert intake.taken == []


def test_resume_releases_what_was_held_in_order() -> None:
    first, second = message(EventType.EVENT_RAISED, None), message(EventType.TASK_COMPLETED)
    suspended = replace(INSTANCE, status=Status.SUSPENDED)
    intake = take(first, second, message(EventType.EXECUTION_RESUMED, None), instance=suspended)
    assert kinds(intake) == [EventType.EXECUTION_RESUMED, EventType.EVENT_RAISED, EventType.TASK_COMPLETED]
    assert intake.status is Status.RUNNING


def test_termination_ends_the_batch() -> None:
    intake = take(message(EventType.EXECUTION_TERMINATED, None), message(EventType.EVENT_RAISED, None))
    assert intake.terminated
    assert kinds(intake) == [EventType.EXECUTION_TERMINATED]


def test_the_start_of_a_life_comes_before_events_kept_from_the_last() -> None:
    intake = take(message(EventType.EVENT_RAISED, None), message(EventType.EXECUTION_STARTED))
    assert kinds(intake) == [EventType.EXECUTION_STARTED, EventType.EVENT_RAISED]


def test_timers_are_dated_when_they_fire() -> None:
    intake = take(message(EventType.TIMER_FIRED))
    assert intake.events[0].fields()["Timestamp"] == "1970-01-24T03:33:20.000000Z"
