"""Customize: the template's customizers, in order."""

from activities.scripts import start_once
from shared.azure.run_command import Script
from shared.domain.build import IndexedCall
from shared.domain.operations import OperationRef
from shared.services import Services


def start_customizer(services: Services, call: IndexedCall) -> OperationRef:
    """Starts the script of customizer `index`; where it fetches a file from is a protected parameter."""
    plan = services.documents.get_plan(call.run_id)
    step = plan.steps[call.index]
    script = Script(
        blob=step.script_blob,
        log_blob=services.documents.log_path(plan.run_id, f"{step.index:02d}"),
        blob_parameters={"KILN_ARTIFACT_URI": step.artifact_blob} if step.artifact_blob else {},
    )
    return start_once(services, plan, plan.names.step(step.index), script)
