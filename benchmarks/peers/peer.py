"""What a builder must offer to be measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol


class Case(StrEnum):
    """COLD: nothing is cached but what the package mirror caches. WARM: all that the builder can keep from an
    earlier build of the same image is there. LATE: the same, and the last line of the work is another one.
    """

    COLD = "cold"
    WARM = "warm"
    LATE = "one late line changed"
    REGIONS = "ten regions"
    TWENTY = "20 builds at once"


class CannotError(Exception):
    """A builder, or one case of it, cannot be measured on this machine; says why."""


@dataclass(frozen=True)
class Facts:
    """`less` says what the builder leaves out of the work; `refused` why it has no figure for a case."""

    version: str
    less: str = ""
    refused: Mapping[Case, str] = field(default_factory=dict)


class Peer(Protocol):
    """One builder. A method that cannot do its work raises CannotError."""

    name: str

    def install(self, programs: Path) -> Facts:
        """Installs it if need be; what is no package of the machine goes below `programs`."""

    def begin(self, folder: Path) -> None:
        """Forgets earlier builds: all that it keeps from now on is in `folder`, which is empty."""

    def build(self, line: str, slot: int = 0) -> None:
        """Builds the image whose last script writes `line`; builds at once have different slots."""

    def result(self, slot: int = 0) -> Path:
        """The fixed VHD that `build` made last; not a part of what is timed."""
