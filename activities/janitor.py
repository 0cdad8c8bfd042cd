"""The janitor: what runs that are over have left behind, and its removal."""

from datetime import datetime, timedelta
from functools import cache

from shared.azure import tagged
from shared.domain.build import RunCall
from shared.domain.janitor import (
    Leftover,
    Leftovers,
    Released,
    SweepCall,
    Tidied,
    Unpublished,
    removal_reason,
)
from shared.domain.operations import OperationRef
from shared.domain.run import Progress, RunState
from shared.services import Services

# Longer than any build: after that a claim cannot be in use, and clean-up has had its chances.
OLDEST_INTEREST = timedelta(days=2)
OLDEST_KNOWLEDGE = timedelta(days=90)  # of how long operations of a kind take
UNTIDY = (RunState.FAILED, RunState.CANCELED, RunState.PARTIALLY_SUCCEEDED)


def find_leftovers(services: Services, call: SweepCall) -> Leftovers:
    """Everything that carries Kiln's tag of a run and is not a live run's; changes nothing."""
    now = datetime.fromisoformat(call.at)
    run_of = cache(services.runs.get)  # a run has a dozen things
    found = []
    for thing in tagged.list_tagged(services.arm.resources):
        run_id = thing.tags["kiln-run"]
        reason = removal_reason(thing, run_of(run_id), now)
        if reason:
            found.append(Leftover(thing.id, thing.type, run_id, reason))
    return Leftovers(tuple(sorted(found, key=lambda leftover: leftover.rank)))


def release_leftover(services: Services, call: Leftover) -> Released:
    """Starts to end the access to snapshots, which ARM refuses to delete while they are open."""
    snapshots = list(tagged.snapshots_in(services.arm, call))
    return Released(tuple(tagged.close_snapshot(services.arm.compute, snapshot) for snapshot in snapshots))


def delete_leftover(services: Services, call: Leftover) -> OperationRef:
    return tagged.delete_tagged(services.arm, call)


def unpublished_outputs(services: Services, call: RunCall) -> Unpublished:
    """Outputs that may have been begun: everything planned that the run does not show as published."""
    plan, run = services.documents.find_plan(call.run_id), services.runs.get(call.run_id)
    if plan is None or run is None:
        return Unpublished((), ())
    done = {output.name for output in run.outputs if output.state is Progress.SUCCEEDED}
    return Unpublished(
        galleries=tuple(i for i, output in enumerate(plan.galleries) if output.name not in done),
        vhds=tuple(i for i, output in enumerate(plan.vhds) if output.name not in done),
        images=tuple(i for i, output in enumerate(plan.images) if output.name not in done),
    )


def tidy_catalog(services: Services, call: SweepCall) -> Tidied:
    """Deletes staged scripts of runs that ended badly, claims that nobody can be using any more, and what is
    known of operations that nobody starts any more.
    """
    now = datetime.fromisoformat(call.at)
    since = now - OLDEST_INTEREST
    runs = [run.id for run in services.runs.since(since, UNTIDY)]
    scripts = sum(1 for run_id in runs if services.documents.delete_scripts(run_id))
    services.durations.delete_older(now - OLDEST_KNOWLEDGE)
    return Tidied(scripts, services.claims.delete_older(since))
