"""Patching: which templates a cycle builds, when it may go on, and what it did."""

from datetime import datetime, timedelta

from shared.domain.errors import BuildError, BuildFailed
from shared.domain.patch_cycle import CyclePlan, CycleReport, Opening, OpeningCall, PlanCycleCall
from shared.domain.rebuild import ClaimCall, Claimed
from shared.domain.run import RunState
from shared.patching import selection
from shared.patching.policy import PatchPolicy
from shared.patching.read_policy import read_policy
from shared.rebuilds import claims
from shared.services import Services

# How far back failures and successes are looked for.
HISTORY = timedelta(days=180)


def plan_cycle(services: Services, call: PlanCycleCall) -> CyclePlan:
    """Decides by what the catalog holds now; starts nothing."""
    now = datetime.fromisoformat(call.at)
    runs = list(services.runs.since(now - HISTORY, tuple(RunState)))
    templates = services.templates.all(services.settings.subscription_id)
    return selection.plan_cycle(_policy(services, call.request.policy), call.request, templates, runs, now)


def next_opening(services: Services, call: OpeningCall) -> Opening:
    """When the policy's maintenance window is open; at once without one."""
    window = _policy(services, call.policy).window
    at = datetime.fromisoformat(call.at)
    return Opening((window.next_open(at) if window else at).isoformat())


def claim_patch(services: Services, call: ClaimCall) -> Claimed:
    return claims.claim_patch(services, call)


def save_cycle(services: Services, call: CycleReport) -> None:
    services.cycles.save_cycle(call)


def _policy(services: Services, name: str) -> PatchPolicy:
    stored = services.cycles.get_policy(name)
    if stored is None:
        raise BuildFailed(BuildError("PolicyNotFound", f"the patch policy {name} was deleted"))
    return read_policy(stored.document, name)
