"""What the janitor would do, and how a sweep is started: the same for its timer, its API and its dry run."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.codec import to_json
from shared.domain.janitor import LostRun, SweepRequest
from shared.domain.run import Run, RunState
from shared.services import Services
from shared.starting import Durable

INSTANCE = "janitor"  # one sweep at a time
UNENDED = (RunState.QUEUED, RunState.RUNNING, RunState.CANCELING)
# A run that is younger may be shown before its orchestration can be seen.
GRACE = timedelta(minutes=5)
OLDEST = timedelta(days=30)


@dataclass(frozen=True)
class Sweep:
    """`started` is False when another sweep goes on already."""

    started: bool
    request: SweepRequest


def lost_runs(kiln: Services, durable: Durable, now: datetime) -> tuple[LostRun, ...]:
    """Runs that are shown as going on although no orchestration carries them."""
    found = []
    for run in kiln.runs.since(now - OLDEST, UNENDED):
        reason = _why_lost(run, durable, now)
        if reason:
            found.append(LostRun(run.id, reason))
    return tuple(found)


def _why_lost(run: Run, durable: Durable, now: datetime) -> str:
    instance = durable.find(run.id)
    if instance is None:
        young = now - datetime.fromisoformat(run.created_at) < GRACE
        return "" if young else "the run's orchestration is gone: its history was purged"
    return "the run's orchestration has ended without recording its end" if instance.ended else ""


def start_sweep(kiln: Services, durable: Durable) -> Sweep:
    """Starts the janitor unless it is at work."""
    request = SweepRequest(
        lost_runs(kiln, durable, datetime.now(UTC)), kiln.settings.poll, kiln.settings.limits
    )
    current = durable.find(INSTANCE)
    if current is not None and not current.ended:
        return Sweep(started=False, request=request)
    durable.start("janitor", INSTANCE, to_json(request))
    return Sweep(started=True, request=request)
