"""What queues, topics and sessions share."""

from collections.abc import Callable
from dataclasses import dataclass

from local.service_bus.alarm import Alarm
from local.service_bus.database import Database
from local.service_bus.records import Records
from local.service_bus.turn import Turn


@dataclass(frozen=True)
class Broker:
    """`clock` gives milliseconds since the epoch."""

    database: Database
    records: Records
    turn: Turn
    alarm: Alarm
    clock: Callable[[], int]
