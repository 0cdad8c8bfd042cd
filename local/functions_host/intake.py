"""Which of the waiting messages an orchestration's next turn takes in, by the instance's state."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import cast

from .history import EventType, Recorded, iso, record
from .instances import Instance, Status
from .mailboxes import OrchestratorMessage


@dataclass
class Intake:
    """`taken`: messages to delete, `events`: those that enter the history, `termination`: the reason if there
    is one.

    What is neither stays in the mailbox, such as completions that arrive while the instance is suspended.
    """

    status: Status
    taken: list[OrchestratorMessage] = field(default_factory=list)
    events: list[Recorded] = field(default_factory=list)
    termination: str | None = None
    terminated: bool = False


def take_in(instance: Instance | None, messages: Iterable[OrchestratorMessage], now: float) -> Intake:
    """`now` in epoch seconds: a timer's message was written when it was created, and is dated as it fires."""
    if instance is None or instance.status.is_terminal:
        return Intake(Status.COMPLETED, taken=list(messages))
    intake = Intake(instance.status)
    held: list[OrchestratorMessage] = []
    # The first message of a life may have been overtaken by events kept from the life before.
    for message in sorted(messages, key=lambda m: m.event.kind is not EventType.EXECUTION_STARTED):
        if intake.terminated:
            break
        if message.execution_id not in (None, instance.execution_id):
            intake.taken.append(message)
        elif not _take_control(intake, message, held):
            _take_event(intake, message, held, now)
    return intake


def _take_control(intake: Intake, message: OrchestratorMessage, held: list[OrchestratorMessage]) -> bool:
    kind = message.event.kind
    if kind is EventType.EXECUTION_TERMINATED:
        intake.terminated = True
        intake.termination = cast("str | None", message.event.fields().get("Input"))
    elif kind is EventType.EXECUTION_SUSPENDED:
        if intake.status is Status.SUSPENDED:
            intake.taken.append(message)
            return True
        intake.status = Status.SUSPENDED
    elif kind is EventType.EXECUTION_RESUMED:
        if intake.status is not Status.SUSPENDED:
            intake.taken.append(message)
            return True
        intake.status = Status.RUNNING
    else:
        return False
    _accept(intake, message)
    if intake.status is Status.RUNNING:
        for waiting in held:
            _accept(intake, waiting)
        held.clear()
    return True


def _take_event(
    intake: Intake, message: OrchestratorMessage, held: list[OrchestratorMessage], now: float
) -> None:
    if message.event.kind is EventType.TIMER_FIRED:
        message = message._replace(event=record({**message.event.fields(), "Timestamp": iso(now)}))
    if intake.status is Status.SUSPENDED:
        held.append(message)
    else:
        _accept(intake, message)


def _accept(intake: Intake, message: OrchestratorMessage) -> None:
    intake.taken.append(message)
    intake.events.append(message.event)
