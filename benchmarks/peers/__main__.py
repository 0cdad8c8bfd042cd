"""`python -m benchmarks.peers [--rounds 3] [--only NAME ...] [--without-many]`, as root on Debian.

Installs the other builders with apt and pip, has each do the same work in turn, looks into every image, and
writes the table in docs/performance.md. Packages come from where this machine's apt has them; no builder has
a package cache of its own when it starts cold.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import page
from benchmarks.peers import measuring, report
from benchmarks.peers.debos import Debos
from benchmarks.peers.diskimage_builder import DiskimageBuilder
from benchmarks.peers.file_systems import FileSystems
from benchmarks.peers.kiln import Kiln
from benchmarks.peers.measuring import Measured
from benchmarks.peers.mkosi import Mkosi
from benchmarks.peers.peer import CannotError, Case, Peer
from benchmarks.peers.tools import say
from benchmarks.peers.virt_customize import VirtCustomize


def builders(kiln: Kiln) -> list[Peer]:
    return [kiln, Mkosi(), Debos(), VirtCustomize(kiln.base_disk), DiskimageBuilder()]


def installed(peers: Sequence[Peer], folder: Path) -> tuple[dict[str, Measured], list[tuple[str, str]]]:
    """Those that can be measured, by name, and those that cannot, with the reason."""
    found: dict[str, Measured] = {}
    absent: list[tuple[str, str]] = []
    for peer in peers:
        try:
            found[peer.name] = Measured(peer.name, peer.install(folder))
        except CannotError as error:
            say(f"{peer.name} could not be installed: {error}")
            absent.append((peer.name, str(error)))
    return found, absent


def measure(
    peers: Sequence[Peer], found: dict[str, Measured], places: FileSystems, rounds: int, *, many: bool
) -> None:
    able = [peer for peer in peers if peer.name in found]
    for number in range(1, rounds + 1):
        going_on = [peer for peer in able if Case.LATE not in found[peer.name].refused]
        measuring.one_round(going_on, found, number, places)
    for peer in able:
        measured = found[peer.name]
        measuring.regions(peer, measured, rounds)
        if many and measured.seconds.get(Case.LATE):
            at_once = measuring.MANY if isinstance(peer, Kiln) else os.cpu_count() or 1
            measuring.many(peer, measured, at_once)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", nargs="*", default=[], help="names of other builders")
    parser.add_argument("--without-many", action="store_true", help="leaves out 20 builds at once")
    arguments = parser.parse_args()
    load = os.getloadavg()[0]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))  # so that no builder is left running
    kiln = Kiln()
    wanted = {kiln.name, *arguments.only}
    peers = [peer for peer in builders(kiln) if not arguments.only or peer.name in wanted]
    with tempfile.TemporaryDirectory(prefix="kiln-peers-", dir="/var/tmp") as folder:
        places = FileSystems(Path(folder))
        try:
            found, absent = installed(peers, Path(folder))
            measure(peers, found, places, arguments.rounds, many=not arguments.without_many)
        finally:
            kiln.close()
            places.close()
    text = report.table(list(found.values()), absent, arguments.rounds, load)
    page.write("peers", text)
    print(text)


if __name__ == "__main__":
    main()
