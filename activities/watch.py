"""Looks at operations and records what happened."""

from shared.azure.polling import poll
from shared.domain.build import PollCall, RecordCall
from shared.domain.errors import BuildError
from shared.domain.operations import OperationRef, OperationState, OperationStatus
from shared.domain.run import RunState
from shared.services import Services


def poll_operation(services: Services, call: OperationRef) -> OperationStatus:
    """Looks once."""
    return poll(services.arm, services.blobs, call)


def poll_stoppable(services: Services, call: PollCall) -> OperationStatus:
    """Looks once, unless the run was asked to end: then its operation counts as failed."""
    run = services.runs.get(call.run_id)
    if run is not None and run.state is RunState.CANCELING:
        error = BuildError("Canceled", "the build was cancelled")
        return OperationStatus(OperationState.FAILED, error=error)
    return poll(services.arm, services.blobs, call.operation)


def record_event(services: Services, call: RecordCall) -> None:
    """Applies one event to the run that users see."""
    services.runs.change(call.run_id, call.event)
