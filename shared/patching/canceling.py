"""Cancelling the builds of a cycle."""

from shared.domain.names import claimed_run_id, started_at
from shared.domain.patch_cycle import CycleReport, PatchState, patch_instance
from shared.domain.template_record import TemplateAddress
from shared.services import Services
from shared.starting import Durable, cancel_run


def cancel_builds(kiln: Services, durable: Durable, report: CycleReport) -> None:
    """Asks every build of the cycle that goes on to end, and those that wait for their turn to give up.

    The cycle itself sees each of them end. A run that somebody else started goes on.
    """
    for patch in report.patches:
        if patch.state is not PatchState.RUNNING:
            continue
        instance = patch_instance(report.id, patch.template_id)
        found = durable.find(instance)
        if found is None or found.ended:
            continue
        stored = kiln.templates.get(_address(patch.template_id))
        run = kiln.runs.get(stored.record.last_run) if stored and stored.record.last_run else None
        if run is not None and run.id == _own_run(report.id, patch.template_id, run.id):
            cancel_run(kiln, durable, run)
        else:
            durable.cancel(instance)


def _own_run(cycle: str, template_id: str, run_id: str) -> str:
    """What the cycle would have called a run of that second."""
    name, instance = template_id.rpartition("/")[2], patch_instance(cycle, template_id)
    return claimed_run_id(name, started_at(run_id), cycle, instance)


def _address(template_id: str) -> TemplateAddress:
    parts = template_id.split("/")
    return TemplateAddress(parts[2], parts[4], parts[8])
