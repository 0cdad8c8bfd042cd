"""Long-running operations on templates, as clients of the AIB API poll them."""

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.build import BuildRequest
from shared.domain.errors import BuildError
from shared.domain.template_record import TemplateAddress


class OperationState(StrEnum):
    """The `status` of an ARM operation document."""

    IN_PROGRESS = "InProgress"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    CANCELED = "Canceled"


@dataclass(frozen=True)
class TemplateOperation:
    """`id` is a GUID. Times are UTC, ISO 8601, empty while unknown.

    An operation with a `run` ends when the run does: with the run's outcome, or, if it `cancels`, in success.
    Others are written to their end by whoever does the work.
    """

    id: str
    address: TemplateAddress
    location: str
    started_at: str
    ended_at: str = ""
    state: OperationState = OperationState.IN_PROGRESS
    error: BuildError | None = None
    run: str = ""
    cancels: bool = False


@dataclass(frozen=True)
class PrepareRequest:
    """Input of the orchestration `prepare_template`, whose instance id is the operation's."""

    operation: str
    address: TemplateAddress


@dataclass(frozen=True)
class PreparedCall:
    """Input of `finish_template`: what checking the template found, and the run that autoRun would start."""

    operation: str
    address: TemplateAddress
    run: str
    error: BuildError | None = None


@dataclass(frozen=True)
class AutoRun:
    """Result of `finish_template`: the build to start, if any."""

    build: BuildRequest | None = None
