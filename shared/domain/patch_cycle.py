"""Patch cycles: many templates built again, in waves. Inputs and results of their orchestrations."""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from shared.domain.errors import BuildError
from shared.domain.operations import PollPolicy
from shared.domain.template_record import TemplateAddress
from shared.domain.waves import HaltRule


class CycleState(StrEnum):
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"  # every build did
    PARTIALLY_SUCCEEDED = "PartiallySucceeded"  # some builds failed, the rule let it go on
    HALTED = "Halted"  # by the halt rule, or because nobody approved
    CANCELED = "Canceled"
    FAILED = "Failed"


class PatchState(StrEnum):
    """What became of one template in a cycle."""

    PENDING = "Pending"
    RUNNING = "Running"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    SKIPPED = "Skipped"


@dataclass(frozen=True)
class Patch:
    """One template in a cycle; `reason` says why it was skipped or how it failed."""

    template_id: str
    wave: int = 0
    state: PatchState = PatchState.PENDING
    run_id: str = ""
    reason: str = ""


@dataclass(frozen=True)
class CycleReport:
    """What a cycle did, kept while it goes on. Times are UTC, ISO 8601; `reason` is why it halted.

    `approvals` are lines like `wave 2 approved by ada@example.org at …`; `started_by` is a caller or
    `schedule`.
    """

    id: str
    policy: str
    state: CycleState = CycleState.RUNNING
    dry_run: bool = False
    started_at: str = ""
    ended_at: str = ""
    waves: int = 0
    wave: int = 0
    waits_for: str = ""
    reason: str = ""
    patches: tuple[Patch, ...] = ()
    approvals: tuple[str, ...] = ()
    started_by: str = ""


SCHEDULE = "schedule"


@dataclass(frozen=True)
class CycleRequest:
    """Input of `patch_cycle`; `only` limits it to these template ids, for what an earlier cycle left."""

    id: str
    policy: str
    dry_run: bool = False
    only: tuple[str, ...] = ()
    started_by: str = SCHEDULE
    poll: PollPolicy = field(default_factory=PollPolicy)


@dataclass(frozen=True)
class PlanCycleCall:
    """Input of `plan_cycle`; `at` is UTC, ISO 8601."""

    request: CycleRequest
    at: str


@dataclass(frozen=True)
class PlannedPatch:
    """A template to build, and where it is in the catalog."""

    template_id: str
    address: TemplateAddress


@dataclass(frozen=True)
class CyclePlan:
    """Waves of templates, the templates that are left out with the reason, and the rules on the way.

    `approval_hours` of 0 asks nobody; otherwise a human approves each wave within that time, not the first
    one when `approve_first` is False.
    """

    waves: tuple[tuple[PlannedPatch, ...], ...]
    skipped: tuple[Patch, ...] = ()
    halt: HaltRule = field(default_factory=HaltRule)
    soak_minutes: int = 0
    approval_hours: int = 0
    approve_first: bool = True


@dataclass(frozen=True)
class OpeningCall:
    """Input of `next_opening`: when may the policy's next wave begin, seen from `at` (UTC, ISO 8601)?"""

    policy: str
    at: str


@dataclass(frozen=True)
class Opening:
    """`at` is UTC, ISO 8601."""

    at: str


@dataclass(frozen=True)
class PatchTemplate:
    """Input of `patch_template`: one template of a cycle, which has until `until` to become free."""

    planned: PlannedPatch
    cycle: str
    until: str
    started_by: str = SCHEDULE
    poll: PollPolicy = field(default_factory=PollPolicy)


def patch_instance(cycle: str, template_id: str) -> str:
    """The instance id of the orchestration that builds one template of a cycle."""
    return f"{cycle}-{hashlib.sha256(template_id.lower().encode()).hexdigest()[:10]}"


@dataclass(frozen=True)
class PatchOutcome:
    """Result of `patch_template`; an error without a run is one of not getting its turn."""

    template_id: str
    run_id: str = ""
    error: BuildError | None = None


CANCEL_EVENT = "cancel"
