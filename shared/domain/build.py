"""Inputs and results of the build orchestration and its activities: small, and free of secrets.

The plan itself lies in blob storage; history carries only the run id and what the orchestrator decides by.
"""

from dataclasses import dataclass, field

from shared.domain.errors import BuildError
from shared.domain.operations import PollPolicy
from shared.domain.region_quota import RegionLimits
from shared.domain.run import Output
from shared.domain.transitions import Event


@dataclass(frozen=True)
class BuildRequest:
    """Input of `build_image`. The template was stored under the run id before the run was started."""

    run_id: str
    timeout_minutes: int
    poll: PollPolicy = field(default_factory=PollPolicy)
    limits: RegionLimits = field(default_factory=RegionLimits)


@dataclass(frozen=True)
class StagedStep:
    """What the orchestrator needs of a customizer."""

    index: int
    type: str
    name: str


@dataclass(frozen=True)
class StagedBuild:
    """Result of the stage activities: what is to be done, by index into the stored plan."""

    source: str
    steps: tuple[StagedStep, ...]
    outputs: tuple[Output, ...]
    own_network: bool
    needs_snapshot: bool


@dataclass(frozen=True)
class OpenCall:
    """Input of `open_run`; `at` is UTC, ISO 8601."""

    run_id: str
    at: str


@dataclass(frozen=True)
class RunCall:
    """Input of an activity that needs the run alone."""

    run_id: str


@dataclass(frozen=True)
class IndexedCall:
    """Input of an activity about one customizer or one output of the run."""

    run_id: str
    index: int


@dataclass(frozen=True)
class OperationCall:
    """Input of an activity that reads the result of an operation that has ended."""

    run_id: str
    index: int
    operation_url: str


@dataclass(frozen=True)
class RecordCall:
    """Input of `record_event`."""

    run_id: str
    event: Event


@dataclass(frozen=True)
class PublishRequest:
    """Input of a publishing orchestration: output `index` of the run.

    `until` is the end of the build's time: UTC, ISO 8601, empty for none.
    """

    run_id: str
    index: int
    output: Output
    poll: PollPolicy
    until: str = ""


@dataclass(frozen=True)
class Reply:
    """What an activity answers on the wire: its result, a permanent failure, or a wish to be called again.

    `transient` is the reason of the wish, with `code`, `wait_seconds` and `throttled` of the TransientError.
    """

    value: object = None
    error: BuildError | None = None
    transient: str = ""
    code: str = ""
    wait_seconds: float = 0.0
    throttled: bool = False


@dataclass(frozen=True)
class RepeatRequest:
    """Input of `repeat_activity`: the call, what its last attempt answered, and how many attempts failed.

    `until` is UTC, ISO 8601: when throttling is no longer waited out; empty for never.
    """

    activity: str
    payload: object
    reply: Reply
    failures: int = 0
    until: str = ""
