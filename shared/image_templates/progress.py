"""What is going on with a template: its create or update, its active run. What was lost is ended.

A process may die between a write to the catalog and the start of the orchestration that the write announced.
So nobody is believed to be at work unless the task hub knows the orchestration, or it may still come to.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.catalog.templates import Stored
from shared.domain.errors import BuildError
from shared.domain.names import started_at
from shared.domain.run import Progress, Run, RunState
from shared.domain.template_operation import OperationState, TemplateOperation
from shared.domain.template_record import UNDER_WAY, ProvisioningState, TemplateAddress, TemplateRecord
from shared.domain.transitions import RunEnded
from shared.services import Services
from shared.starting import Durable, utc_now

# How long a starter may take from its write to its orchestration's start.
GRACE = timedelta(seconds=60)


def find(kiln: Services, durable: Durable, address: TemplateAddress) -> Stored | None:
    """The template as it is now, None when there is none."""
    stored = kiln.templates.get(address)
    if stored is None or stored.record.state not in UNDER_WAY:
        return stored
    operation = kiln.operations.get(stored.record.operation)
    if operation is not None:
        settle(kiln, durable, operation)
    return kiln.templates.get(address)


def settle(kiln: Services, durable: Durable, operation: TemplateOperation) -> TemplateOperation:
    """The operation as it is now."""
    if operation.state is not OperationState.IN_PROGRESS:
        return operation
    if operation.run:
        return _of_run(kiln, durable, operation)
    instance = durable.find(operation.id)
    if instance is not None and not instance.ended:
        return operation
    # Whoever did the work wrote its end before it ended: look again before it is called lost.
    latest = kiln.operations.get(operation.id) or operation
    if latest.state is not OperationState.IN_PROGRESS or _is_young(operation.started_at):
        return latest
    error = BuildError("OrchestrationFailed", "the operation was interrupted and did not go on")
    return end_operation(kiln, latest, error)


def end_operation(
    kiln: Services, operation: TemplateOperation, error: BuildError | None
) -> TemplateOperation:
    """Writes down how a create or update ended: first in the template, then for those who poll."""
    state = ProvisioningState.SUCCEEDED if error is None else ProvisioningState.FAILED

    def change(record: TemplateRecord) -> TemplateRecord:
        if record.operation != operation.id or record.state not in UNDER_WAY:
            return record
        return replace(record, state=state, error=error)

    kiln.templates.change(operation.address, change)
    ended = replace(
        operation,
        state=OperationState.SUCCEEDED if error is None else OperationState.FAILED,
        ended_at=utc_now().isoformat(),
        error=error,
    )
    kiln.operations.put(ended)
    return ended


def _of_run(kiln: Services, durable: Durable, operation: TemplateOperation) -> TemplateOperation:
    """A run's operation is what the run is; nothing is written."""
    if unfinished(kiln, durable, operation.run) is not None:
        return operation
    run = kiln.runs.get(operation.run)
    if run is None:
        error = BuildError("RunNotFound", f"there is no run {operation.run}")
        return replace(operation, state=OperationState.FAILED, error=error)
    states = {RunState.SUCCEEDED: OperationState.SUCCEEDED, RunState.CANCELED: OperationState.CANCELED}
    state = OperationState.SUCCEEDED if operation.cancels else states.get(run.state, OperationState.FAILED)
    error_shown = None if operation.cancels else run.error
    return replace(operation, state=state, error=error_shown, ended_at=run.ended_at)


def unfinished(kiln: Services, durable: Durable, run_id: str) -> Run | None:
    """The run while it goes on; None when it has ended, or was lost."""
    run = kiln.runs.get(run_id)
    if run is not None and run.ended:
        return None
    instance = durable.find(run_id)
    shown = run or Run(run_id, "", "")
    if (instance is not None and not instance.ended) or _is_young(started_at(run_id).isoformat()):
        return shown
    if run is not None:
        error = BuildError("OrchestrationFailed", "the run was interrupted and did not go on")
        kiln.runs.change(run_id, RunEnded(utc_now().isoformat(), error))
    return None


def active_run(kiln: Services, durable: Durable, record: TemplateRecord) -> Run | None:
    """The template's run that has not ended."""
    return unfinished(kiln, durable, record.last_run) if record.last_run else None


def published(kiln: Services, record: TemplateRecord) -> dict[str, str]:
    """Run outputs by name, each with the newest run that published it; the last run may still add some."""
    run = kiln.runs.get(record.last_run) if record.last_run else None
    new = [output.name for output in (run.outputs if run else ()) if output.state is Progress.SUCCEEDED]
    return {**record.outputs, **dict.fromkeys(new, record.last_run)}


def _is_young(at: str) -> bool:
    return datetime.now(UTC) - datetime.fromisoformat(at) < GRACE
