"""Looks at operations and records what happened."""

from shared.azure.polling import poll
from shared.domain.build import RecordCall
from shared.domain.operations import OperationRef, OperationStatus
from shared.services import Services


def poll_operation(services: Services, call: OperationRef) -> OperationStatus:
    """Looks once."""
    return poll(services.arm, services.blobs, call)


def record_event(services: Services, call: RecordCall) -> None:
    """Applies one event to the run that users see."""
    services.runs.change(call.run_id, call.event)
