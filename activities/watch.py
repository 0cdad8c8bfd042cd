"""Looks at operations and records what happened."""

from shared.azure.polling import poll
from shared.domain.build import PollCall, RecordCall
from shared.domain.errors import BuildError
from shared.domain.operations import OperationState, OperationStatus
from shared.domain.run import RunState
from shared.services import Services


def poll_operation(services: Services, call: PollCall) -> OperationStatus:
    """Looks once; keeps how long an operation took that has ended, for those of its kind that come after."""
    status = poll(services.arm, services.blobs, call.operation)
    if status.state is OperationState.SUCCEEDED:
        services.durations.record(call.operation.what, took(call, status))
    return status


def took(call: PollCall, status: OperationStatus) -> float:
    """By the service's own clock; else the middle of the time in which nobody looked."""
    if status.took_seconds is not None:
        return status.took_seconds
    return (call.looked_seconds + call.seconds) / 2


def poll_stoppable(services: Services, call: PollCall) -> OperationStatus:
    """Looks once, unless the run was asked to end: then its operation counts as failed."""
    run = services.runs.get(call.run_id)
    if run is not None and run.state is RunState.CANCELING:
        error = BuildError("Canceled", "the build was cancelled")
        return OperationStatus(OperationState.FAILED, error=error)
    return poll_operation(services, call)


def record_events(services: Services, call: RecordCall) -> None:
    """Applies what happened to the run that users see, all of it or nothing."""
    services.runs.change(call.run_id, *call.events)
