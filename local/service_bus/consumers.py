"""The receiving side of a queue, as the queue sees it."""

from typing import Protocol

from local.service_bus.errors import BusError
from local.service_bus.records import Record


class Consumer(Protocol):
    """A link that receives. `deletes` is the mode receive-and-delete."""

    name: str
    deletes: bool

    @property
    def credit(self) -> int:
        """How many messages it takes now."""
        ...

    def deliver(self, record: Record) -> None: ...

    def pumped(self) -> None:
        """Everything that is there has been delivered: a drain can be answered."""
        ...

    def detach(self, error: BusError) -> None:
        """The link ends from this side."""
        ...


class SessionCandidate(Protocol):
    """A receiver that waits for its session."""

    def accept(self, session_id: str, locked_until_ms: int) -> Consumer:
        """The session is this link's from now on."""
        ...

    def refuse(self, error: BusError) -> None: ...
