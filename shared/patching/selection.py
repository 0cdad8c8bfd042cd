"""Which templates a cycle builds, and why others are left out."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from shared.domain.patch_cycle import CyclePlan, CycleRequest, Patch, PatchState, PlannedPatch
from shared.domain.run import Run, RunState
from shared.domain.template_record import ProvisioningState, TemplateRecord
from shared.domain.waves import Candidate, plan_waves
from shared.patching.policy import PatchPolicy, Selection

BUILT = (RunState.SUCCEEDED, RunState.PARTIALLY_SUCCEEDED)


def plan_cycle(
    policy: PatchPolicy,
    request: CycleRequest,
    templates: Iterable[TemplateRecord],
    runs: Iterable[Run],
    now: datetime,
) -> CyclePlan:
    """`runs` are those of the past, the newest first, as far back as the policy looks."""
    history = _by_template(runs)
    chosen: dict[str, TemplateRecord] = {}
    skipped: list[Patch] = []
    for record in templates:
        template_id = record.address.id
        if not _is_meant(record, policy.select, request):
            continue
        reason = _left_out(record, policy, history.get(template_id.lower(), []), now)
        if reason:
            skipped.append(Patch(template_id, state=PatchState.SKIPPED, reason=reason))
        else:
            chosen[template_id] = record
    candidates = [Candidate(template_id, record.location) for template_id, record in chosen.items()]
    waves = plan_waves(candidates, policy.waves)
    return CyclePlan(
        waves=tuple(
            tuple(PlannedPatch(each.template_id, chosen[each.template_id].address) for each in wave)
            for wave in waves
        ),
        skipped=tuple(skipped),
        halt=policy.halt,
        soak_minutes=policy.waves.soak_minutes,
        approval_hours=policy.approval.hours,
        approve_first=policy.approval.first_wave,
    )


def _is_meant(record: TemplateRecord, select: Selection, request: CycleRequest) -> bool:
    """Whether the policy speaks of the template at all."""
    if request.only:
        return record.address.id.lower() in {each.lower() for each in request.only}
    written = record.document.get("tags")
    tags = written if isinstance(written, dict) else {}
    return all(name in tags and value in ("*", tags[name]) for name, value in select.tags.items())


def _left_out(record: TemplateRecord, policy: PatchPolicy, runs: list[Run], now: datetime) -> str:
    excluded = {each.lower() for each in policy.select.exclude}
    if excluded & {record.address.id.lower(), record.address.name.lower()}:
        return "excluded by the policy"
    if record.state is not ProvisioningState.SUCCEEDED:
        return f"its provisioning state is {record.state}"
    failures = _failures_in_a_row(runs)
    if policy.max_failures and failures >= policy.max_failures:
        return f"its last {failures} builds failed; a successful one takes it in again"
    return _too_young(runs, policy.select.min_age_days, now)


def _failures_in_a_row(runs: list[Run]) -> int:
    ended = [run.state for run in runs if run.ended and run.state is not RunState.CANCELED]
    return next((count for count, state in enumerate(ended) if state is not RunState.FAILED), len(ended))


def _too_young(runs: list[Run], min_age_days: int, now: datetime) -> str:
    last = next((run for run in runs if run.state in BUILT), None)
    if last is None or not min_age_days:
        return ""
    age = now - datetime.fromisoformat(last.ended_at)
    if age >= timedelta(days=min_age_days):
        return ""
    return f"built {age.days} days ago, the policy patches after {min_age_days}"


def _by_template(runs: Iterable[Run]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.template_id.lower(), []).append(run)
    return found


def unfinished(patches: Iterable[Patch]) -> Iterator[str]:
    """The templates that a cycle did not build with success: what a cycle that resumes it builds."""
    for patch in patches:
        if patch.state not in (PatchState.SUCCEEDED, PatchState.SKIPPED):
            yield patch.template_id
