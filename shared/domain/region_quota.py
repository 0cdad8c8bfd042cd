"""How many builds, and how many of their cores, may be in a region at once: first come, first served."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# Longer than any build: what is older belongs to a run that died without a word.
LONGEST_LEASE = timedelta(days=1)


@dataclass(frozen=True)
class RegionLimits:
    """Bounds per subscription and region; 0 is none."""

    builds: int = 0
    cores: int = 0

    @property
    def bounded(self) -> bool:
        return bool(self.builds or self.cores)


@dataclass(frozen=True)
class Share:
    """What a run wants of a region: its key (an entity's), and vCPUs, 0 when nobody counts them."""

    key: str
    cores: int


@dataclass(frozen=True)
class Claimant:
    """A run that has or wants a place; `since` is UTC, ISO 8601."""

    run_id: str
    cores: int
    since: str


@dataclass(frozen=True)
class QuotaRequest:
    """Input of the entity's operations; `now` is UTC, ISO 8601, as entities look at no clock."""

    claimant: Claimant
    limits: RegionLimits
    now: str


class Turn(StrEnum):
    """Whose turn it is."""

    GRANTED = "granted"
    WAITING = "waiting"
    UNKNOWN = "unknown"  # neither has a place nor waits for one: it gave up


@dataclass(frozen=True)
class Standing:
    """What the entity answers. `rounds` is how often the builds that are there must end before it is the
    run's turn, 0 for the first in line.
    """

    turn: Turn
    rounds: int = 0


@dataclass(frozen=True)
class RegionQuota:
    """The entity's state: who is there, and who waits, the first in line first."""

    there: tuple[Claimant, ...] = ()
    waiting: tuple[Claimant, ...] = ()

    def enter(self, request: QuotaRequest) -> "RegionQuota":
        """Puts the run in line, unless it is there or in line already."""
        known = {claimant.run_id for claimant in (*self.there, *self.waiting)}
        if request.claimant.run_id in known:
            return self
        return replace(self, waiting=(*self.waiting, request.claimant))

    def leave(self, run_id: str) -> "RegionQuota":
        """Gives back the run's place, there or in line."""
        return RegionQuota(
            there=tuple(claimant for claimant in self.there if claimant.run_id != run_id),
            waiting=tuple(claimant for claimant in self.waiting if claimant.run_id != run_id),
        )

    def admit(self, limits: RegionLimits, now: str) -> "RegionQuota":
        """Lets in from the head of the line while there is room; nobody overtakes.

        A build that alone exceeds the bound of cores is let in when nobody else is there.
        """
        there, waiting = list(_current(self.there, now)), list(_current(self.waiting, now))
        while waiting and _has_room(there, waiting[0], limits):
            there.append(waiting.pop(0))
        return RegionQuota(tuple(there), tuple(waiting))

    def standing(self, run_id: str) -> Standing:
        if any(claimant.run_id == run_id for claimant in self.there):
            return Standing(Turn.GRANTED)
        for ahead, claimant in enumerate(self.waiting):
            if claimant.run_id == run_id:
                return Standing(Turn.WAITING, ahead // max(1, len(self.there)))
        return Standing(Turn.UNKNOWN)


def _has_room(there: list[Claimant], one: Claimant, limits: RegionLimits) -> bool:
    if not there:
        return True
    builds = not limits.builds or len(there) < limits.builds
    cores = not limits.cores or sum(claimant.cores for claimant in there) + one.cores <= limits.cores
    return builds and cores


def _current(claimants: tuple[Claimant, ...], now: str) -> list[Claimant]:
    oldest = datetime.fromisoformat(now) - LONGEST_LEASE
    return [claimant for claimant in claimants if datetime.fromisoformat(claimant.since) > oldest]
