"""A run: one build of a template, as users see it."""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.errors import BuildError
from shared.domain.layers import CacheUse
from shared.domain.operations import RegionProgress


class Stage(StrEnum):
    """The stages of a build, in order. `validate` looks at a VM made from what was captured (docs/adr)."""

    STAGE = "stage"
    PROVISION = "provision"
    CUSTOMIZE = "customize"
    CAPTURE = "capture"
    VALIDATE = "validate"
    REPLICATE = "replicate"
    CLEANUP = "cleanup"


class Phase(StrEnum):
    """Whether a step makes the image or looks at it."""

    CUSTOMIZE = "customize"
    VALIDATE = "validate"


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
    """One customizer or validator; `rounds` counts how often its script was started, after restarts.

    `cache` says whether a customizer was in the layer that the VM began with, `cache_reason` why not.
    """

    index: int
    type: str
    name: str
    state: Progress = Progress.PENDING
    exit_code: int | None = None
    started_at: str = ""
    ended_at: str = ""
    phase: Phase = Phase.CUSTOMIZE
    rounds: int = 0
    cache: CacheUse | None = None
    cache_reason: str = ""


@dataclass(frozen=True)
class Output:
    """One distributor's result: `id` (full ARM id) of an image, its `version` in a gallery, a VHD's `uri`."""

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
    """Everything about a run that users can ask for; `transitions` is its only writer.

    `steps` are the customizers, then the validators. `kept_until` (UTC, ISO 8601) is when what a failed run
    left for its user is deleted, empty when nothing was kept. `retry_of` and `redistribute_of` name the run
    that this one goes on from. `notes` say what the user must know about the outputs. `built_by` says who
    asked for it (docs/security.md).
    """

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
    kept_until: str = ""
    retry_of: str = ""
    redistribute_of: str = ""
    notes: tuple[str, ...] = ()
    built_by: str = ""

    @property
    def ended(self) -> bool:
        return self.state in ENDED
