"""Which runs a list shows."""

from dataclasses import dataclass
from datetime import datetime

from shared.domain.run import RunState


@dataclass(frozen=True)
class RunFilter:
    """Everything unless it says otherwise. `template` is a name or a full ARM id, in whatever case.

    Runs created at `since` or later and before `until`, to the second.
    """

    states: tuple[RunState, ...] = ()
    template: str = ""
    since: datetime | None = None
    until: datetime | None = None
