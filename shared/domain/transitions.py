"""What can happen to a run, and what each event makes of it. Nothing else changes a run.

Applying an event twice gives what applying it once gave, because activities run at least once; an event
that comes after the run ended changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from shared.domain.errors import BuildError
from shared.domain.layers import CacheUse, StepCache
from shared.domain.run import Output, Phase, Progress, Run, RunState, Stage, StageRecord, StepRecord


@dataclass(frozen=True)
class Planned:
    """The source is resolved; steps and outputs are known, and the stages that the run goes through."""

    source: str
    steps: tuple[StepRecord, ...]
    outputs: tuple[Output, ...]
    stages: tuple[Stage, ...] = tuple(Stage)
    notes: tuple[str, ...] = ()
    kind: Literal["planned"] = "planned"


@dataclass(frozen=True)
class LayersChosen:
    """What the build VM begins with, as it is for each customizer."""

    caches: tuple[StepCache, ...]
    kind: Literal["layersChosen"] = "layersChosen"


@dataclass(frozen=True)
class StageStarted:
    """A stage began at `at`; the one before it ended in success, or in failure when `failed`."""

    stage: Stage
    at: str
    failed: bool = False
    kind: Literal["stageStarted"] = "stageStarted"


@dataclass(frozen=True)
class StepStarted:
    index: int
    at: str
    phase: Phase = Phase.CUSTOMIZE
    rounds: int = 1
    kind: Literal["stepStarted"] = "stepStarted"


@dataclass(frozen=True)
class StepEnded:
    index: int
    at: str
    succeeded: bool
    exit_code: int | None = None
    phase: Phase = Phase.CUSTOMIZE
    kind: Literal["stepEnded"] = "stepEnded"


@dataclass(frozen=True)
class OutputChanged:
    output: Output
    kind: Literal["outputChanged"] = "outputChanged"


@dataclass(frozen=True)
class Noted:
    """Something that the run's readers should know."""

    text: str
    kind: Literal["noted"] = "noted"


@dataclass(frozen=True)
class CancelRequested:
    at: str
    kind: Literal["cancelRequested"] = "cancelRequested"


@dataclass(frozen=True)
class RunEnded:
    """The run is over: `Succeeded` unless there is an error, an unpublished output, or it was cancelled.

    `kept_until` says when what it left for its user is deleted, empty when it left nothing.
    """

    at: str
    error: BuildError | None = None
    kept_until: str = ""
    kind: Literal["runEnded"] = "runEnded"


Event = (
    Planned
    | LayersChosen
    | StageStarted
    | StepStarted
    | StepEnded
    | OutputChanged
    | Noted
    | CancelRequested
    | RunEnded
)


def apply(run: Run, event: Event) -> Run:
    """The run after `event`."""
    if run.ended:
        return run
    match event:
        case Planned():
            return _plan(run, event)
        case StageStarted():
            return _start_stage(run, event)
        case LayersChosen() | StepStarted() | StepEnded():
            return replace(run, steps=tuple(_next(step, event) for step in run.steps))
        case OutputChanged():
            return replace(run, outputs=tuple(_newer(old, event.output) for old in run.outputs))
        case Noted():
            return run if event.text in run.notes else replace(run, notes=(*run.notes, event.text))
        case CancelRequested():
            return replace(run, state=RunState.CANCELING)
        case RunEnded():
            return _end(run, event)


def _start_stage(run: Run, event: StageStarted) -> Run:
    state = RunState.RUNNING if run.state is RunState.QUEUED else run.state
    stages = tuple(_advance(record, event) for record in run.stages)
    return replace(run, state=state, stage=event.stage, started_at=run.started_at or event.at, stages=stages)


def _advance(record: StageRecord, event: StageStarted) -> StageRecord:
    if record.name is event.stage and record.state is Progress.PENDING:
        return replace(record, state=Progress.RUNNING, started_at=event.at)
    if record.name is not event.stage and record.state is Progress.RUNNING:
        ended = Progress.FAILED if event.failed else Progress.SUCCEEDED
        return replace(record, state=ended, ended_at=event.at)
    return record


def _plan(run: Run, event: Planned) -> Run:
    stages = tuple(
        record if record.name in event.stages else replace(record, state=Progress.SKIPPED)
        for record in run.stages
    )
    return replace(
        run, source=event.source, steps=event.steps, outputs=event.outputs, stages=stages, notes=event.notes
    )


def _next(step: StepRecord, event: LayersChosen | StepStarted | StepEnded) -> StepRecord:
    """The step after an event that concerns it or another."""
    if isinstance(event, LayersChosen):
        caches = event.caches if step.phase is Phase.CUSTOMIZE else ()
        return next((_cached(step, cache) for cache in caches if cache.index == step.index), step)
    if (step.phase, step.index) != (event.phase, event.index):
        return step
    if isinstance(event, StepStarted):
        return _begin(step, event)
    state = Progress.SUCCEEDED if event.succeeded else Progress.FAILED
    return replace(step, state=state, ended_at=event.at, exit_code=event.exit_code)


def _cached(step: StepRecord, cache: StepCache) -> StepRecord:
    """A customizer in the layer is skipped; one of a layer that proved to be gone is not."""
    state = step.state
    if state in (Progress.PENDING, Progress.SKIPPED):
        state = Progress.SKIPPED if cache.use is CacheUse.HIT else Progress.PENDING
    return replace(step, state=state, cache=cache.use, cache_reason=cache.reason)


def _begin(step: StepRecord, event: StepStarted) -> StepRecord:
    """A further round of a step does not change when it began."""
    if step.state is Progress.PENDING:
        return replace(step, state=Progress.RUNNING, started_at=event.at, rounds=event.rounds)
    return replace(step, rounds=max(step.rounds, event.rounds))


def _newer(old: Output, new: Output) -> Output:
    return new if old.name == new.name else old


def _end(run: Run, event: RunEnded) -> Run:
    stages = tuple(_close(record, event) for record in run.stages)
    return replace(
        run,
        state=_final_state(run.state, event.error, run.outputs),
        stage=None,
        ended_at=event.at,
        error=event.error,
        kept_until=event.kept_until,
        stages=stages,
    )


def _close(record: StageRecord, event: RunEnded) -> StageRecord:
    if record.state is Progress.RUNNING:
        return replace(record, state=Progress.SUCCEEDED, ended_at=event.at)
    return replace(record, state=Progress.SKIPPED) if record.state is Progress.PENDING else record


def _final_state(state: RunState, error: BuildError | None, outputs: Iterable[Output]) -> RunState:
    if error is None:
        return RunState.SUCCEEDED
    if error.code == "Canceled" or state is RunState.CANCELING:
        return RunState.CANCELED
    published = any(output.state is Progress.SUCCEEDED for output in outputs)
    # What was published in spite of a failed validation does not make the run any better (as at AIB).
    partially = published and error.stage != Stage.VALIDATE
    return RunState.PARTIALLY_SUCCEEDED if partially else RunState.FAILED
