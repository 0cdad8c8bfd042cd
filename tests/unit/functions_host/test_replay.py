"""The extension's replay: which action starts when, and which task id it takes."""

import pytest

from local.functions_host.actions import (
    Action,
    CallActivity,
    ContinueAsNew,
    CreateTimer,
    RetryPolicy,
    SendToEntity,
    WaitForEvent,
    WhenAll,
    WhenAny,
)
from local.functions_host.history import Event, EventType, Recorded, event, record
from local.functions_host.replay import NonDeterminismError, Outcome, Replay, Scheduled

NOW = 1_000_000.0


def at(kind: EventType, event_id: int = -1, **fields: object) -> Recorded:
    return record(event(kind, NOW, event_id, **fields))  # type: ignore[arg-type]


START = at(EventType.EXECUTION_STARTED, Name="o")


def scheduled(task_id: int, name: str = "a") -> Recorded:
    return at(EventType.TASK_SCHEDULED, task_id, Name=name)


def timer(task_id: int) -> Recorded:
    return at(EventType.TIMER_CREATED, task_id)


def done(task_id: int) -> Recorded:
    return at(EventType.TASK_COMPLETED, TaskScheduledId=task_id)


def failed(task_id: int) -> Recorded:
    return at(EventType.TASK_FAILED, TaskScheduledId=task_id)


def fired(task_id: int) -> Recorded:
    return at(EventType.TIMER_FIRED, TimerId=task_id)


def raised(name: str) -> Recorded:
    return at(EventType.EVENT_RAISED, Name=name)


def replay(actions: list[Action], *history: Recorded) -> Outcome:
    return Replay(actions, NOW).run([START, *history])


def call(name: str = "a", retry: RetryPolicy | None = None) -> CallActivity:
    return CallActivity(name, None, retry)


def new(outcome: Outcome) -> list[tuple[int, str]]:
    return [(s.task_id, getattr(s.action, "name", type(s.action).__name__)) for s in outcome.new]


def test_a_chain_starts_one_action_after_the_other() -> None:
    chain: list[Action] = [call("a"), call("b")]
    assert new(replay(chain)) == [(0, "a")]
    assert new(replay(chain, scheduled(0), done(0))) == [(1, "b")]
    assert replay(chain, scheduled(0), done(0), scheduled(1, "b"), done(1)).finished


def test_a_fan_out_starts_together_and_nothing_twice() -> None:
    fan: list[Action] = [WhenAll((call("a"), call("b"), CreateTimer(NOW)))]
    assert new(replay(fan)) == [(0, "a"), (1, "b"), (2, "CreateTimer")]
    assert new(replay(fan, scheduled(0), scheduled(1, "b"), timer(2), done(1), done(1))) == []


def test_a_failed_when_all_holds_the_next_action_until_all_are_done() -> None:
    actions: list[Action] = [WhenAll((call("a"), call("b"))), call("c")]
    half = (scheduled(0), scheduled(1, "b"), failed(0))
    assert new(replay(actions, *half)) == []
    assert new(replay(actions, *half, done(1))) == [(2, "c")]


def test_when_any_goes_on_with_the_first() -> None:
    actions: list[Action] = [WhenAny((call("a"), WaitForEvent("E"))), call("c")]
    assert new(replay(actions, scheduled(0), raised("E"))) == [(1, "c")]


def test_empty_when_all_is_complete_at_once() -> None:
    assert new(replay([WhenAll(()), call("c")])) == [(0, "c")]


def test_waiting_for_an_event_takes_no_id_and_early_events_are_kept() -> None:
    actions: list[Action] = [call("a"), WaitForEvent("E"), call("b")]
    assert new(replay(actions, scheduled(0), raised("E"), done(0))) == [(1, "b")]


def test_retries_take_ids_for_each_pause_and_attempt() -> None:
    """The pause after the last attempt comes too, before the failure surfaces."""
    actions: list[Action] = [WhenAll((call("a", RetryPolicy(5, 2)),)), call("z")]
    first = (scheduled(0), failed(0))
    assert replay(actions, *first).new == [Scheduled(1, CreateTimer(NOW + 5))]
    second = (*first, timer(1), fired(1))
    assert new(replay(actions, *second)) == [(2, "a")]
    third = (*second, scheduled(2), failed(2))
    assert new(replay(actions, *third)) == [(3, "CreateTimer")]
    assert new(replay(actions, *third, timer(3), fired(3))) == [(4, "z")]


def test_backoff_lengthens_the_pause() -> None:
    assert [RetryPolicy(2, 5, 3.0).delay_after(n) for n in (1, 2, 3)] == [2, 6, 18]


def test_signals_do_not_wait_and_calls_wait_for_their_reply() -> None:
    signal = SendToEntity("@e@k", "add", None, is_signal=True)
    asked = SendToEntity("@e@k", "get", None, is_signal=False)
    actions: list[Action] = [signal, asked, call("a")]
    assert [s.task_id for s in replay(actions).new] == [0, 1]
    sent = [at(EventType.EVENT_SENT, n, Input=f'{{"id":"guid{n}"}}') for n in (0, 1)]
    assert new(replay(actions, *sent, raised("guid0"))) == []
    assert new(replay(actions, *sent, raised("guid1"))) == [(2, "a")]


def test_events_after_continue_as_new_are_left_for_the_next_life() -> None:
    actions: list[Action] = [call("a"), ContinueAsNew("1")]
    outcome = replay(actions, scheduled(0), raised("early"), done(0), raised("late"))
    assert outcome.finished
    assert outcome.continued == ContinueAsNew("1")
    assert [e.name for e in outcome.unprocessed] == ["late"]


@pytest.mark.parametrize(
    ("actions", "history", "words"),
    [
        ([], [scheduled(0)], "an activity task with sequence ID 0 and name 'a'.*hasn't"),
        ([call("b")], [scheduled(0, "a")], "an activity task named 'b'"),
        ([CreateTimer(NOW)], [scheduled(0, "a")], "scheduled a timer"),
        ([call("a")], [timer(0)], "a timer with sequence ID 0, but .* an activity task named 'a'"),
    ],
)
def test_contradictions(actions: list[Action], history: list[Recorded], words: str) -> None:
    with pytest.raises(NonDeterminismError, match=words):
        replay(actions, *history)


def test_a_cancelled_timer_completes_at_once_but_is_still_created() -> None:
    outcome = replay([WhenAny((CreateTimer(NOW, cancelled=True), WaitForEvent("E"))), call("a")])
    assert new(outcome) == [(0, "CreateTimer"), (1, "a")]


def test_recorded_text_round_trips() -> None:
    source: Event = event(EventType.TASK_SCHEDULED, NOW, 3, Name="a", Input=None)
    assert record(source).fields() == source
