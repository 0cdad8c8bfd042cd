"""The columns of the fault matrix: what may happen to an ARM call, and what the build must make of it."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

FOR_GOOD = 100_000


class Expected(Enum):
    """How a build that meets the fault must end; a failing undo may be no failure of the build."""

    SUCCEEDS = "it is a passing fault"
    FAILS = "it is final: the run's error has its message"
    IS_ABSENT = "the same, or Kiln's own words for a source or a definition that is not there"
    FAILS_LATE = "the same, but what a script did is told by the script's own exit code"
    TIMES_OUT = "the build's time, or that of its clean-up, is over"


@dataclass(frozen=True)
class FaultKind:
    """`body` is what `POST /_local/faults` takes, but for `match`."""

    name: str
    expected: Expected
    body: dict[str, Any] = field(default_factory=dict)
    of_operation: bool = False


KINDS = (
    FaultKind("400", Expected.FAILS, {"status": 400, "code": "InvalidParameter", "times": FOR_GOOD}),
    FaultKind("404", Expected.IS_ABSENT, {"status": 404, "code": "ResourceNotFound", "times": FOR_GOOD}),
    FaultKind("409", Expected.FAILS, {"status": 409, "code": "OperationNotAllowed", "times": FOR_GOOD}),
    FaultKind(
        "429, Retry-After",
        Expected.SUCCEEDS,
        {"status": 429, "code": "TooManyRequests", "headers": {"Retry-After": "1"}, "times": 3},
    ),
    FaultKind("500, twice", Expected.SUCCEEDS, {"status": 500, "code": "InternalServerError", "times": 2}),
    FaultKind(
        "500, for good", Expected.FAILS, {"status": 500, "code": "InternalServerError", "times": FOR_GOOD}
    ),
    FaultKind("connection reset", Expected.SUCCEEDS, {"drop": "before", "times": 2}),
    FaultKind("response lost", Expected.SUCCEEDS, {"drop": "after"}),
    FaultKind(
        "operation fails",
        Expected.FAILS,
        {"operation": "fail", "code": "AllocationFailed"},
        of_operation=True,
    ),
    FaultKind(
        "operation fails late",
        Expected.FAILS_LATE,
        {"operation": "failAfter", "code": "InternalExecutionError"},
        of_operation=True,
    ),
    FaultKind("operation hangs", Expected.TIMES_OUT, {"operation": "hang"}, of_operation=True),
)
