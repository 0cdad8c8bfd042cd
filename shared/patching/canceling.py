"""Cancelling the builds of a cycle."""

from shared.domain.patch_cycle import CycleReport, PatchState
from shared.domain.template_record import TemplateAddress
from shared.services import Services
from shared.starting import Durable, cancel_run


def cancel_builds(kiln: Services, durable: Durable, report: CycleReport) -> None:
    """Asks every build of the cycle that goes on to end; the cycle itself sees each of them end."""
    for patch in report.patches:
        if patch.state is not PatchState.RUNNING:
            continue
        stored = kiln.templates.get(_address(patch.template_id))
        run = kiln.runs.get(stored.record.last_run) if stored and stored.record.last_run else None
        if run is not None:
            cancel_run(kiln, durable, run)


def _address(template_id: str) -> TemplateAddress:
    parts = template_id.split("/")
    return TemplateAddress(parts[2], parts[4], parts[8])
