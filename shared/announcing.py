"""Telling events so that none is lost: kept before the state that they tell of, forgotten when they are told.

An event may be told twice, by two processes or after a death between the two; it has the same id both times,
and who listens acts once.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.errors import TransientError
from shared.domain.image_events import EventType, ImageEvent
from shared.services import Services

log = logging.getLogger("kiln.events")
# So long an event is the matter of the orchestration that it came from.
OWN_TIME = timedelta(minutes=1)
# What was kept for a state that nobody recorded in a day tells of nothing.
GIVEN_UP = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """How many events were told, and how many are still waiting for the bus."""

    told: int = 0
    left: int = 0


def keep(kiln: Services, event: ImageEvent) -> None:
    """To be called before the state is written; without a bus there is nobody to tell."""
    if kiln.bus is not None:
        kiln.outbox.keep(event)


def tell(kiln: Services, event: ImageEvent) -> None:
    """Tells of it now, or leaves it to `tell_waiting` while the bus is away."""
    keep(kiln, event)
    try:
        _send(kiln, event)
    except TransientError as error:
        log.warning("the event %s waits for the bus: %s", event.id, error)


def tell_waiting(kiln: Services, now: datetime) -> Told:
    """Tells what was left, the oldest first, until the bus takes one no more."""
    if kiln.bus is None:
        return Told()
    waiting = sorted(kiln.outbox.waiting(now - OWN_TIME), key=lambda event: event.time)
    due = [event for event in waiting if _stands(kiln, event, now)]
    for told, event in enumerate(due):
        try:
            _send(kiln, event)
        except TransientError as error:
            log.warning("%d events wait for the bus: %s", len(due) - told, error)
            return Told(told, len(due) - told)
    return Told(len(due))


def _send(kiln: Services, event: ImageEvent) -> None:
    if kiln.bus is not None:
        kiln.bus.announce(event)
        kiln.outbox.forget(event)


def _stands(kiln: Services, event: ImageEvent, now: datetime) -> bool:
    """Whether what it tells of is recorded; a version whose record never came was deleted again."""
    published = event.type is EventType.IMAGE_PUBLISHED and "runId" in event.data
    if not published or kiln.images.get(event.subject) is not None:
        return True
    if now - datetime.fromisoformat(event.time) > GIVEN_UP:
        kiln.outbox.forget(event)
    return False
