"""Takes the times, one builder after the other, and looks at what came out."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from functools import partial

from benchmarks.peers import work
from benchmarks.peers.file_systems import FileSystems
from benchmarks.peers.kiln import Kiln
from benchmarks.peers.peer import CannotError, Case, Facts, Peer
from benchmarks.peers.tools import say

TURNS = 5
MANY = 20
MANY_SECONDS = 600.0


@dataclass
class Measured:
    """Of one builder: seconds by case, one for each round, and why a case has none."""

    name: str
    facts: Facts
    seconds: dict[Case, list[float]] = field(default_factory=dict)
    refused: dict[Case, str] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether a build did not succeed; it is not tried again."""
        return bool(self.refused.keys() - self.facts.refused.keys())

    def note(self, case: Case, seconds: float) -> None:
        say(f"{self.name}, {case}: {seconds:.1f} s")
        self.seconds.setdefault(case, []).append(seconds)

    def refuse(self, case: Case, why: str) -> None:
        say(f"{self.name}, {case}: not measured: {why}")
        self.refused.setdefault(case, why)


def one_round(peers: Sequence[Peer], found: Mapping[str, Measured], number: int, places: FileSystems) -> None:
    """Cold, then again and again the same image, and one with another last line. Builders take turns at each
    build, since a machine that others share is not as fast now as in a minute.
    """
    for peer in peers:
        place = places.new(peer.name)
        peer.begin(place)
        places.keep_only(peer.name, place)
    line = f"round {number}"
    cases = [(Case.COLD, line)]
    for turn in range(1, TURNS + 1):
        cases += [(Case.WARM, line), (Case.LATE, line := f"round {number}, line {turn}")]
    for case, wanted in cases:
        for peer in peers:
            _build_once(peer, found[peer.name], case, wanted)
            places.trim(peer.name)


def _build_once(peer: Peer, measured: Measured, case: Case, line: str) -> None:
    if case in measured.facts.refused:
        measured.refuse(case, measured.facts.refused[case])
    elif not measured.failed:
        _time(measured, case, partial(peer.build, line))
    if case in measured.seconds and not measured.failed:
        work.check(peer.result(), line)


def regions(peer: Peer, measured: Measured, rounds: int) -> None:
    if not isinstance(peer, Kiln):
        measured.refuse(Case.REGIONS, "it ends with a disk; replicating is left to its user")
        return
    for number in range(rounds):
        _time(measured, Case.REGIONS, partial(peer.build_for_regions, f"regions {number}"))


def many(peer: Peer, measured: Measured, at_once: int) -> None:
    """So many images with a late line each of their own; `at_once` at a time."""
    _time(measured, Case.TWENTY, partial(_build_many, peer, range(1, MANY + 1), at_once))


def _time(measured: Measured, case: Case, build: Callable[[], None]) -> None:
    begun = time.perf_counter()
    try:
        build()
    except CannotError as error:
        measured.refuse(case, str(error))
    else:
        measured.note(case, time.perf_counter() - begun)


def _build_many(peer: Peer, slots: Iterable[int], at_once: int) -> None:
    with ThreadPoolExecutor(at_once) as pool:
        builds = [pool.submit(peer.build, f"image {slot}", slot) for slot in slots]
        done = 0
        try:
            for build in as_completed(builds, MANY_SECONDS):
                build.result()
                done += 1
        except TookTooLong:
            raise CannotError(f"{done} of {MANY} were done within {MANY_SECONDS:.0f} s") from None
        finally:
            pool.shutdown(cancel_futures=True)
