"""Long-running operations as references: what to poll, and what a poll answered."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.errors import BuildError


class OperationKind(StrEnum):
    """How an operation tells its state."""

    DONE = "done"  # it ended with the request that started it
    ARM = "arm"  # Azure-AsyncOperation or Location URL
    ARM_UNDO = "armUndo"  # the same, of something that is done once what it concerns is gone
    RUN_COMMAND = "runCommand"  # instance view of a managed Run Command
    GALLERY_VERSION = "galleryVersion"  # provisioning state and replication status
    BLOB_COPY = "blobCopy"  # copy status of a blob
    VM = "vm"  # provisioning state of a virtual machine


# Reads of one VM and its Run Commands, which Azure grants each VM 36 of at once and 12 a minute after that
# ("Compute throttling limits" on learn.microsoft.com); operations' own URLs have no such limit.
READS_A_VM = frozenset({OperationKind.RUN_COMMAND, OperationKind.VM})


@dataclass(frozen=True)
class Expected:
    """How long operations of a kind have taken so far: their mean and mean deviation, in seconds."""

    seconds: float
    deviation: float


@dataclass(frozen=True)
class OperationRef:
    """`url` is the operation's URL (ARM), empty otherwise; `resource_id` a full ARM id or a blob path.

    `what` names its kind in the history of durations (place, type of resource, verb), empty where none is
    kept; `expected` is what that history says. `retry_after_seconds` is what the first answer wished for.
    SDK continuation tokens are never stored: their format changes between releases.
    """

    kind: OperationKind
    resource_id: str
    url: str = ""
    what: str = ""
    retry_after_seconds: float = 0.0
    expected: Expected | None = None


class OperationState(StrEnum):
    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"


@dataclass(frozen=True)
class RegionProgress:
    """Replication into one region; `progress` in percent."""

    name: str
    state: str
    progress: int


@dataclass(frozen=True)
class OperationStatus:
    """What one poll saw. `retry_after_seconds` is the service's wish, 0 when it has none.

    `took_seconds` is how long it went on by the service's own clock, None when that does not say.
    """

    state: OperationState
    retry_after_seconds: float = 0.0
    error: BuildError | None = None
    exit_code: int | None = None
    regions: tuple[RegionProgress, ...] = ()
    took_seconds: float | None = None


@dataclass(frozen=True)
class PollPolicy:
    """Seconds between polls: the least where nothing is known, and the most.

    `share` is how much of the time an operation has taken so far may pass between two polls of it.
    `patience_seconds` is how long the end of an undo is waited for before it is left to the janitor.
    """

    first_seconds: float = 1.0
    share: float = 0.05
    longest_seconds: float = 60.0
    patience_seconds: float = 3600.0


@dataclass(frozen=True)
class AwaitRequest:
    """Input of the `await_operation` orchestration.

    `began` (UTC, ISO 8601), `polls` and `looked_seconds` (from the beginning to the last poll) tell what came
    before a continue-as-new. `until` is UTC, ISO 8601: when an operation that still goes on counts as failed;
    empty for never. With `run_id` it counts as failed when that run is asked to end, too.
    """

    operation: OperationRef
    policy: PollPolicy = field(default_factory=PollPolicy)
    polls: int = 0
    until: str = ""
    run_id: str = ""
    began: str = ""
    looked_seconds: float = 0.0
    retry_after_seconds: float = 0.0
