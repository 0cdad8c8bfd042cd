"""A patch policy as its owner writes it (docs/patching.md)."""

from dataclasses import dataclass, field

from shared.domain.waves import HaltRule, WaveRules
from shared.schedules.schedule import Schedule
from shared.schedules.window import Window

MOST_FAILURES = 3  # of a template in a row; AIB's triggers stop after "several"


@dataclass(frozen=True)
class Selection:
    """Templates with all these tags (`*` for any value), not patched for `min_age_days`, none of `exclude`.

    `exclude` holds names or full ARM ids of templates.
    """

    tags: dict[str, str] = field(default_factory=dict)
    min_age_days: int = 0
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True)
class ApprovalRule:
    """Who must agree before waves: nobody with `hours` of 0; else within that many hours."""

    hours: int = 0
    first_wave: bool = True


@dataclass(frozen=True)
class PatchPolicy:
    """`max_failures` in a row take a template out of cycles until somebody builds it with success."""

    name: str
    schedule: Schedule
    select: Selection = Selection()
    waves: WaveRules = field(default_factory=WaveRules)
    halt: HaltRule = field(default_factory=HaltRule)
    window: Window | None = None
    approval: ApprovalRule = ApprovalRule()
    max_failures: int = MOST_FAILURES
    enabled: bool = True
    dry_run: bool = False
