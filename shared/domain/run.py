"""A run: one build of a template, as users see it."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.errors import BuildError
from shared.domain.operations import RegionProgress


class Stage(StrEnum):
    """The stages of a build, in order. `validate` joins them when templates can ask for it."""

    STAGE = "stage"
    PROVISION = "provision"
    CUSTOMIZE = "customize"
    CAPTURE = "capture"
    REPLICATE = "replicate"
    CLEANUP = "cleanup"


class RunState(StrEnum):
    """AIB's run states, and Queued before the first stage."""

    QUEUED = "Queued"
    RUNNING = "Running"
    CANCELING = "Canceling"
    SUCCEEDED = "Succeeded"
    PARTIALLY_SUCCEEDED = "PartiallySucceeded"
    FAILED = "Failed"
    CANCELED = "Canceled"


ENDED = frozenset({RunState.SUCCEEDED, RunState.PARTIALLY_SUCCEEDED, RunState.FAILED, RunState.CANCELED})


class Progress(StrEnum):
    """State of one stage, step or output."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True)
class StageRecord:
    """Times are UTC, ISO 8601, empty while unknown."""

    name: Stage
    state: Progress = Progress.PENDING
    started_at: str = ""
    ended_at: str = ""


@dataclass(frozen=True)
class StepRecord:
    """One customizer of the template."""

    index: int
    type: str
    name: str
    state: Progress = Progress.PENDING
    exit_code: int | None = None
    started_at: str = ""
    ended_at: str = ""


@dataclass(frozen=True)
class Output:
    """One distributor's result: `id` (full ARM id) and `version` for galleries, `uri` for VHDs."""

    name: str
    type: str
    state: Progress = Progress.PENDING
    id: str = ""
    uri: str = ""
    version: str = ""
    regions: tuple[RegionProgress, ...] = ()
    error: BuildError | None = None


@dataclass(frozen=True)
class Run:
    """Everything about a run that users can ask for; `transitions` is its only writer."""

    id: str
    template_id: str
    location: str
    state: RunState = RunState.QUEUED
    stage: Stage | None = None
    created_at: str = ""
    started_at: str = ""
    ended_at: str = ""
    source: str = ""
    stages: tuple[StageRecord, ...] = field(default_factory=lambda: tuple(StageRecord(s) for s in Stage))
    steps: tuple[StepRecord, ...] = ()
    outputs: tuple[Output, ...] = ()
    error: BuildError | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED
