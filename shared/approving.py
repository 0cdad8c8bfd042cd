"""Passing a human's decision on to the run or cycle that waits for it; by API call or by message."""

from dataclasses import dataclass

from shared.api.patching import Decision, read_decision
from shared.domain.patch_cycle import CycleReport
from shared.domain.problems import InvalidTemplateError, Problem
from shared.domain.run import Run, Stage
from shared.services import Services
from shared.starting import Durable

TARGETS = ("run", "policy", "cycle")


class NothingToApproveError(Exception):
    """What the decision is about waits for none now; the message names it."""


@dataclass(frozen=True)
class ApproveMessage:
    """`{"approve": {…}}` on the queue: a decision, and the run or the policy's cycle that it is about."""

    decision: Decision
    run: str = ""
    policy: str = ""
    cycle: str = ""


def read_approve_message(document: dict[str, object]) -> ApproveMessage:
    """Raises InvalidTemplateError with every problem."""
    body = document.get("approve")
    if set(document) != {"approve"} or not isinstance(body, dict):
        raise InvalidTemplateError((Problem("approve", "must be a JSON object, and stand alone"),))
    named = {name: str(body[name]) for name in TARGETS if isinstance(body.get(name), str)}
    if set(named) not in ({"run"}, {"policy", "cycle"}):
        raise InvalidTemplateError((Problem("approve", "must name a run, or a policy and its cycle"),))
    decision = read_decision({name: value for name, value in body.items() if name not in TARGETS})
    if not decision.by:
        raise InvalidTemplateError((Problem("approve.by", "must say who approves"),))
    return ApproveMessage(decision, **named)


def approve_by_message(kiln: Services, durable: Durable, message: ApproveMessage) -> None:
    """Raises NothingToApproveError."""
    if message.run:
        approve_run(kiln, durable, kiln.runs.get(message.run), message.decision, "")
        return
    approve_cycle(durable, kiln.cycles.get_cycle(message.policy, message.cycle), message.decision, "")


def approve_run(kiln: Services, durable: Durable, run: Run | None, decision: Decision, caller: str) -> None:
    """Raises NothingToApproveError for a run that does not stand before its publishing."""
    plan = kiln.documents.find_plan(run.id) if run is not None else None
    if (
        run is None
        or plan is None
        or run.ended
        or run.stage is not Stage.REPLICATE
        or not plan.approval_hours
    ):
        raise NothingToApproveError("the run waits for no approval now")
    durable.approve(run.id, decision.of(caller))


def approve_cycle(durable: Durable, report: CycleReport | None, decision: Decision, caller: str) -> None:
    """Raises NothingToApproveError for a cycle that does not stand before a wave."""
    if report is None or not report.waits_for.startswith("approval"):
        raise NothingToApproveError("the cycle waits for no approval now")
    durable.approve(report.id, decision.of(caller))
