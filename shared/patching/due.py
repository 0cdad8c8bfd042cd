"""Starting cycles: when their schedule says so, or by hand; one cycle of a policy at a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.codec import to_json
from shared.domain.patch_cycle import CycleReport, CycleRequest, CycleState
from shared.domain.stored_policy import StoredPolicy
from shared.patching.policy import PatchPolicy
from shared.patching.read_policy import read_policy
from shared.patching.selection import unfinished
from shared.services import Services
from shared.starting import Durable, utc_now

_LAST_SECOND = 9_999_999_999


class CycleRunningError(Exception):
    """Another cycle of the policy goes on; the message names it."""


def cycle_id(policy: str, moment: datetime) -> str:
    """Also the orchestration's instance id; sorts newest first. The same occurrence has the same id."""
    return f"{policy}-{_LAST_SECOND - int(moment.timestamp()):010d}-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def start_due_cycles(kiln: Services, durable: Durable, now: datetime) -> list[str]:
    """Starts what has come due since the last look; of several missed occurrences the last. The ids."""
    started = []
    for stored in list(kiln.cycles.policies()):
        policy = read_policy(stored.document, stored.name)
        due = policy.schedule.last_before(now, datetime.fromisoformat(stored.looked_at))
        if due is None:
            continue
        if policy.enabled and running_cycle(kiln, durable, policy.name) is None:
            request = _request(kiln, policy, cycle_id(policy.name, due))
            _start(kiln, durable, request)
            started.append(request.id)
        # After the start: a process that dies in between starts the same id again, which changes nothing.
        kiln.cycles.put_policy(replace(stored, looked_at=now.isoformat()))
    return started


def start_by_hand(
    kiln: Services,
    durable: Durable,
    stored: StoredPolicy,
    started_by: str,
    *,
    dry_run: bool | None = None,
    resume: CycleReport | None = None,
) -> str:
    """Starts a cycle now; with `resume`, of what that cycle did not finish. Raises CycleRunningError."""
    policy = read_policy(stored.document, stored.name)
    running = running_cycle(kiln, durable, policy.name)
    if running is not None:
        raise CycleRunningError(f"the cycle {running.id} goes on")
    request = replace(_request(kiln, policy, _free_id(kiln, policy.name)), started_by=started_by)
    if dry_run is not None:
        request = replace(request, dry_run=dry_run)
    if resume is not None:
        request = replace(request, only=tuple(unfinished(resume.patches)))
    _start(kiln, durable, request)
    return request.id


def running_cycle(kiln: Services, durable: Durable, policy: str) -> CycleReport | None:
    """The policy's cycle that goes on. One that nothing carries any more is closed."""
    newest = next(kiln.cycles.cycles(policy, 1), None)
    if newest is None or newest.state is not CycleState.RUNNING:
        return None
    instance = durable.find(newest.id)
    if instance is not None and not instance.ended:
        return newest
    reason = "its orchestration ended without a report, or was never started"
    ended_at = utc_now().isoformat()
    kiln.cycles.save_cycle(replace(newest, state=CycleState.FAILED, reason=reason, ended_at=ended_at))
    return None


def _free_id(kiln: Services, policy: str) -> str:
    """An id of now; of the seconds after it when a cycle that has ended already began in this one."""
    moment = utc_now()
    while kiln.cycles.get_cycle(policy, cycle_id(policy, moment)) is not None:
        moment += timedelta(seconds=1)
    return cycle_id(policy, moment)


def _request(kiln: Services, policy: PatchPolicy, id_: str) -> CycleRequest:
    return CycleRequest(id_, policy.name, dry_run=policy.dry_run, poll=kiln.settings.poll)


def _start(kiln: Services, durable: Durable, request: CycleRequest) -> None:
    """Shown before it is started, so that a second start sees it; started once however often it is asked."""
    if kiln.cycles.get_cycle(request.policy, request.id) is None:
        report = CycleReport(
            request.id, request.policy, dry_run=request.dry_run, started_by=request.started_by
        )
        kiln.cycles.save_cycle(report)
    if durable.find(request.id) is None:
        durable.start("patch_cycle", request.id, to_json(request))
