"""How long the last runs of a template took, by stage."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.catalog.runs import RunCatalog
from shared.domain.run import Run, RunState, Stage
from shared.domain.run_filter import RunFilter

RUNS = 5
TOTAL = "total"
# While these go on, the build VM is paid for.
WITH_VM = (Stage.PROVISION, Stage.CUSTOMIZE, Stage.CAPTURE)


@dataclass(frozen=True)
class RunTimes:
    """Seconds by stage and in total of one run that succeeded; `ended_at` is UTC, ISO 8601."""

    run_id: str
    ended_at: str
    seconds: dict[str, float]


def last_times(runs: RunCatalog, template_id: str) -> tuple[RunTimes, ...]:
    """The newest first, at most five."""
    wanted = RunFilter((RunState.SUCCEEDED,), template_id)
    return tuple(times(run) for run in runs.page(wanted, "", RUNS).runs)


def times(run: Run) -> RunTimes:
    spent = {
        record.name.value: _seconds(record.started_at, record.ended_at)
        for record in run.stages
        if record.started_at and record.ended_at
    }
    if run.ended_at:
        spent[TOTAL] = _seconds(run.created_at or run.started_at or run.ended_at, run.ended_at)
    return RunTimes(run.id, run.ended_at, spent)


def median_seconds(found: Sequence[RunTimes]) -> dict[str, float]:
    """By stage and in total, over the runs that have it."""
    names = dict.fromkeys(name for each in found for name in each.seconds)
    return {
        name: statistics.median(each.seconds[name] for each in found if name in each.seconds)
        for name in names
    }


def vm_hours(medians: dict[str, float]) -> float | None:
    """How long the build VM lived; None before a run has told."""
    spent = [medians[stage] for stage in WITH_VM if stage in medians]
    return sum(spent) / 3600 if spent else None


def _seconds(start: str, end: str) -> float:
    return max(0.0, (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())
