"""What the janitor works on, and the rule by which it removes things."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.operations import OperationRef, PollPolicy
from shared.domain.region_quota import RegionLimits
from shared.domain.run import Run

RUN_TAG, EXPIRES_TAG = "kiln-run", "kiln-expires"
GROUP = "Microsoft.Resources/resourceGroups"
# What uses others goes before what is used. Types that are not listed go in between.
_ORDER = (
    GROUP,
    "Microsoft.Compute/virtualMachines",
    "Microsoft.Compute/images",
    "Microsoft.Compute/snapshots",
    "Microsoft.Compute/disks",
    "Microsoft.Network/networkInterfaces",
)
_LAST = (
    "Microsoft.Network/virtualNetworks",
    "Microsoft.Network/natGateways",
    "Microsoft.Network/publicIPAddresses",
    "Microsoft.Network/networkSecurityGroups",
)
LAST_RANK = len(_ORDER) + len(_LAST) + 1


@dataclass(frozen=True)
class Tagged:
    """A resource group or resource that carries `kiln-run`; `id` and `type` as ARM writes them."""

    id: str
    type: str
    tags: dict[str, str]


@dataclass(frozen=True)
class Leftover:
    """Something to remove, and why."""

    id: str
    type: str
    run_id: str
    reason: str

    @property
    def rank(self) -> int:
        """Lower ones are removed first, 0 to LAST_RANK."""
        ranks = {name.lower(): rank for rank, name in enumerate(_ORDER)}
        ranks |= {name.lower(): len(_ORDER) + 1 + rank for rank, name in enumerate(_LAST)}
        return ranks.get(self.type.lower(), len(_ORDER))


@dataclass(frozen=True)
class LostRun:
    """A run that its catalog shows as going on although no orchestration carries it any more."""

    run_id: str
    reason: str


@dataclass(frozen=True)
class SweepRequest:
    """Input of the `janitor` orchestration."""

    lost: tuple[LostRun, ...] = ()
    poll: PollPolicy = field(default_factory=PollPolicy)
    limits: RegionLimits = field(default_factory=RegionLimits)


@dataclass(frozen=True)
class RemovalRequest:
    """Input of `remove_leftover`."""

    leftover: Leftover
    poll: PollPolicy


@dataclass(frozen=True)
class AbandonRequest:
    """Input of `abandon_run`."""

    lost: LostRun
    poll: PollPolicy
    limits: RegionLimits


@dataclass(frozen=True)
class Released:
    """The operations that end the access to snapshots that a leftover holds."""

    operations: tuple[OperationRef, ...]


@dataclass(frozen=True)
class SweepCall:
    """Input of the janitor's activities; `at` is UTC, ISO 8601."""

    at: str


@dataclass(frozen=True)
class Leftovers:
    """What a look round the subscription found, in the order in which it is to be removed."""

    found: tuple[Leftover, ...]


@dataclass(frozen=True)
class Unpublished:
    """Outputs of a run that were not published: indexes into the plan's galleries, VHDs and images."""

    galleries: tuple[int, ...]
    vhds: tuple[int, ...]
    images: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tidied:
    """How many runs' scripts and how many claims were deleted."""

    scripts: int
    claims: int


@dataclass(frozen=True)
class SweepReport:
    """Result of a sweep: run ids, resource ids, and `id: reason` of what will be tried again next time."""

    abandoned: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    tidied: Tidied = field(default_factory=lambda: Tidied(0, 0))


def removal_reason(tagged: Tagged, run: Run | None, now: datetime) -> str:
    """Why the janitor removes a thing, empty when it stays.

    A live run's things stay, however old. A run that is not in this catalog may be another Kiln's: its things
    go when they have expired. What an aborted build keeps on purpose goes then too.
    """
    if run is not None and not run.ended:
        return ""
    expired = _is_past(tagged.tags.get(EXPIRES_TAG, ""), now)
    if run is None:
        return "its run is not known here, and it has expired" if expired else ""
    if any(output.id.lower() == tagged.id.lower() for output in run.outputs if output.id):
        return ""
    if run.kept_until:
        return "it was kept after an aborted build, and has expired" if expired else ""
    return f"its run has ended ({run.state.value})"


def _is_past(moment: str, now: datetime) -> bool:
    """False for what is not a moment: such a tag is not Kiln's."""
    try:
        return datetime.fromisoformat(moment) < now
    except (ValueError, TypeError):
        return False
