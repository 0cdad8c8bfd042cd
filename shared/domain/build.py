"""Inputs and results of the build orchestration and its activities: small, and free of secrets.

The plan itself lies in blob storage; history carries only the run id and what the orchestrator decides by.
"""

from dataclasses import dataclass, field

from shared.domain.errors import BuildError
from shared.domain.layers import StepCache
from shared.domain.operations import OperationRef, PollPolicy
from shared.domain.planned_vm import Role, StagedKind
from shared.domain.region_quota import RegionLimits
from shared.domain.run import Output, Phase, Stage
from shared.domain.transitions import Event


@dataclass(frozen=True)
class BuildRequest:
    """Input of `build_image`. The template was stored under the run id before the run was started.

    With `ends_before_cleanup` a run that has published everything ends then, and is cleaned up after.
    """

    run_id: str
    timeout_minutes: int
    poll: PollPolicy = field(default_factory=PollPolicy)
    limits: RegionLimits = field(default_factory=RegionLimits)
    ends_before_cleanup: bool = False


@dataclass(frozen=True)
class CleanUpRequest:
    """Input of `clean_up`; `undone_by_name` as in `StagedBuild`."""

    build: BuildRequest
    undone_by_name: int | None = None


@dataclass(frozen=True)
class StagedStep:
    """What the orchestrator needs of a customizer or validator; see `PlannedStep`.

    A step that is `kept` is one after which a layer is kept.
    """

    phase: Phase
    index: int
    type: str
    name: str
    timeout_seconds: int = 0
    restarts: bool = False
    most_restarts: int = 0
    has_artifact: bool = False
    kept: bool = False


@dataclass(frozen=True)
class Kept:
    """What an aborted run leaves for its user: the VM, how long, and a command that reaches it."""

    vm: str
    group: str
    until: str
    command: str


@dataclass(frozen=True)
class StagedBuild:
    """Result of planning: what the orchestrator decides by. Everything else stays in the stored plan.

    `kept_on_error` has, per phase, what stays when a step of that phase fails. `undone_by_name` counts the
    resources to delete one by one, of a run in a staging group that is not its own. A build that
    `uses_layers` is planned again when its inputs are staged; `caches` are empty until then, and `in_layer`
    counts the customizers that the VM begins with, which `layer_note` tells of.
    """

    source: str
    stages: tuple[Stage, ...]
    steps: tuple[StagedStep, ...]
    outputs: tuple[Output, ...]
    validators: tuple[StagedStep, ...] = ()
    notes: tuple[str, ...] = ()
    own_network: bool = True
    source_image: StagedKind | None = None
    result_image: StagedKind | None = None
    new_validation_vm: bool = False
    stops_vm: bool = True
    generalizes: bool = True
    needs_snapshot: bool = False
    continue_on_invalid: bool = False
    kept_on_error: dict[str, Kept] = field(default_factory=dict)
    undone_by_name: int | None = None
    approval_hours: int = 0
    uses_layers: bool = False
    caches: tuple[StepCache, ...] = ()
    in_layer: int = 0
    layer_note: str = ""


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
class VmCall:
    """Input of an activity about one of the run's VMs, or the image that it is made from."""

    run_id: str
    role: Role


@dataclass(frozen=True)
class StepCall:
    """Input of an activity about one step; `rounds` counts from 1 how often its script is started."""

    run_id: str
    phase: Phase
    index: int
    rounds: int = 1


@dataclass(frozen=True)
class IndexedCall:
    """Input of an activity about one output of the run, or one resource to delete."""

    run_id: str
    index: int


@dataclass(frozen=True)
class OperationCall:
    """Input of an activity that reads the result of an operation that has ended."""

    run_id: str
    index: int
    operation_url: str


@dataclass(frozen=True)
class PollCall:
    """Input of `poll_operation`, and of `poll_stoppable`, which leaves an operation whose run is to end.

    `seconds` is how long the operation has gone on, `looked_seconds` how long it had at the look before.
    """

    run_id: str
    operation: OperationRef
    seconds: float = 0.0
    looked_seconds: float = 0.0


@dataclass(frozen=True)
class RecordCall:
    """Input of `record_events`."""

    run_id: str
    events: tuple[Event, ...]


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
