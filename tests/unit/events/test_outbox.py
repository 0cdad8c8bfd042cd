"""The outbox: an event outlives a bus that is away and a process that dies, and is sent under one id."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.announcing import OWN_TIME, Told, keep, tell, tell_waiting
from shared.domain.errors import TransientError
from shared.domain.image_events import LONGEST_FACT, EventType, ImageEvent, new_event

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
VERSION = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0."
PUBLISHED = new_event(EventType.IMAGE_PUBLISHED, VERSION + "1", NOW.isoformat(), {"runId": "web-1"})
FAILED = new_event(EventType.BUILD_FAILED, "/t", (NOW - timedelta(seconds=5)).isoformat())


@dataclass
class MemoryOutbox:
    """Events by id, with the time at which each was kept last."""

    now: datetime = NOW
    rows: dict[str, tuple[ImageEvent, datetime]] = field(default_factory=dict)

    def keep(self, event: ImageEvent) -> None:
        self.rows[event.id] = (event, self.now)

    def forget(self, event: ImageEvent) -> None:
        self.rows.pop(event.id, None)

    def waiting(self, since: datetime) -> Iterator[ImageEvent]:
        return iter([event for event, kept in self.rows.values() if kept < since])


@dataclass
class MemoryBus:
    """Takes events until it has taken `room`."""

    room: int = 100
    told: list[ImageEvent] = field(default_factory=list)

    def announce(self, event: ImageEvent) -> None:
        if len(self.told) >= self.room:
            raise TransientError("could not publish an event: ServiceBusConnectionError")
        self.told.append(event)


@dataclass
class Kiln:
    """What of `Services` is used; `images` holds the ids of recorded images."""

    bus: MemoryBus | None = field(default_factory=MemoryBus)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)
    recorded: set[str] = field(default_factory=lambda: {PUBLISHED.subject})

    @property
    def images(self) -> Any:
        return self

    def get(self, version_id: str) -> str | None:
        return version_id if version_id in self.recorded else None


def test_an_event_is_forgotten_once_the_bus_has_it() -> None:
    kiln: Any = Kiln()
    tell(kiln, PUBLISHED)
    assert kiln.bus.told == [PUBLISHED]
    assert kiln.outbox.rows == {}
    assert tell_waiting(kiln, LATER) == Told()


def test_what_a_bus_that_is_away_did_not_take_is_told_when_it_is_back_the_oldest_first() -> None:
    kiln: Any = Kiln(MemoryBus(room=0))
    for event in (PUBLISHED, FAILED, PUBLISHED):
        tell(kiln, event)
    for _ in range(3):
        assert tell_waiting(kiln, LATER) == Told(0, 2)
    kiln.bus.room = 1
    assert tell_waiting(kiln, LATER) == Told(1, 1)
    kiln.bus.room = 100
    assert tell_waiting(kiln, LATER) == Told(1, 0)
    assert kiln.bus.told == [FAILED, PUBLISHED]
    assert kiln.outbox.rows == {}


def test_an_event_whose_teller_died_is_told_by_the_timer() -> None:
    kiln: Any = Kiln()
    keep(kiln, PUBLISHED)
    assert tell_waiting(kiln, NOW + OWN_TIME) == Told(), "its own orchestration has a minute"
    assert tell_waiting(kiln, LATER) == Told(1)
    tell(kiln, PUBLISHED)
    assert [event.id for event in kiln.bus.told] == [PUBLISHED.id] * 2, "twice, under one id"


def test_an_event_of_a_state_that_was_never_recorded_is_not_told() -> None:
    kiln: Any = Kiln(recorded=set())
    keep(kiln, PUBLISHED)
    keep(kiln, FAILED)
    assert tell_waiting(kiln, LATER) == Told(1)
    assert set(kiln.outbox.rows) == {PUBLISHED.id}
    seen_by_the_watch = replace(PUBLISHED, id="seen", data={"seenBy": "/kiln/watch"})
    keep(kiln, seen_by_the_watch)
    assert tell_waiting(kiln, NOW + timedelta(days=2)) == Told(1)
    assert kiln.bus.told == [FAILED, seen_by_the_watch]
    assert kiln.outbox.rows == {}


def test_without_a_bus_nothing_is_kept() -> None:
    kiln: Any = Kiln(bus=None)
    tell(kiln, PUBLISHED)
    assert kiln.outbox.rows == {}
    assert tell_waiting(kiln, LATER) == Told()


def test_a_fact_is_cut_to_what_a_bus_takes() -> None:
    event = new_event(EventType.BUILD_FAILED, "/t", "", {"message": "x" * 300_000})
    assert event.data == {"message": "x" * LONGEST_FACT}
