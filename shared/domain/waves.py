"""How a patch cycle goes through its templates: waves, and when to stop."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class WaveRules:
    """At most `size` builds in a wave and `per_region` of them in one region, 0 for no such bound.

    `soak_minutes` pass between two waves.
    """

    size: int = 10
    per_region: int = 0
    soak_minutes: int = 0


@dataclass(frozen=True)
class HaltRule:
    """Stops the cycle when `failures` builds failed, or `ratio` (0 to 1) of those that ended; 0 for never.

    The ratio counts when at least `least_builds` have ended.
    """

    failures: int = 0
    ratio: float = 0.0
    least_builds: int = 5

    def reason(self, failed: int, ended: int) -> str:
        """Why to stop now; empty to go on."""
        if self.failures and failed >= self.failures:
            return f"{failed} builds failed, the policy halts at {self.failures}"
        if self.ratio and ended >= self.least_builds and failed / ended >= self.ratio:
            return f"{failed} of {ended} builds failed, the policy halts at {self.ratio:.0%}"
        return ""


@dataclass(frozen=True)
class Candidate:
    """A template to build in a cycle: its full ARM id and its region."""

    template_id: str
    region: str


def plan_waves(candidates: Iterable[Candidate], rules: WaveRules) -> tuple[tuple[Candidate, ...], ...]:
    """Every candidate in exactly one wave, in their order as far as the bounds allow."""
    waiting = list(candidates)
    waves = []
    while waiting:
        wave = tuple(_wave(waiting, rules))
        waves.append(wave)
        waiting = [each for each in waiting if each not in wave]
    return tuple(waves)


def _wave(waiting: Iterable[Candidate], rules: WaveRules) -> Iterator[Candidate]:
    taken: dict[str, int] = {}
    for candidate in waiting:
        if rules.size and sum(taken.values()) >= rules.size:
            return
        if rules.per_region and taken.get(candidate.region, 0) >= rules.per_region:
            continue
        taken[candidate.region] = taken.get(candidate.region, 0) + 1
        yield candidate
