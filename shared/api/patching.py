"""Patch cycles and decisions about them on the wire."""

from dataclasses import dataclass

from shared.domain.approval import Approval
from shared.domain.codec import Json
from shared.domain.patch_cycle import CycleReport
from shared.reading.object_reader import ObjectReader
from shared.reading.whole import read_whole


@dataclass(frozen=True)
class Decision:
    """The body of `POST …/approve`; `by` counts only where the caller is not known by a token."""

    approved: bool
    by: str
    comment: str

    def of(self, caller: str) -> Approval:
        return Approval(self.approved, caller or self.by, self.comment)


def cycle_body(report: CycleReport) -> dict[str, Json]:
    """The report of a cycle, while it goes on and afterwards."""
    counts: dict[str, Json] = {}
    for patch in report.patches:
        known = counts.get(patch.state, 0)
        counts[patch.state] = (known if isinstance(known, int) else 0) + 1
    return {
        "id": report.id,
        "policy": report.policy,
        "state": report.state,
        "dryRun": report.dry_run,
        "startedBy": report.started_by or None,
        "startedAt": report.started_at or None,
        "endedAt": report.ended_at or None,
        "wave": report.wave,
        "waves": report.waves,
        "waitsFor": report.waits_for or None,
        "reason": report.reason or None,
        "counts": counts,
        "approvals": list(report.approvals),
        "templates": [
            {
                "templateId": patch.template_id,
                "wave": patch.wave,
                "state": patch.state,
                "runId": patch.run_id or None,
                "reason": patch.reason or None,
            }
            for patch in report.patches
        ],
    }


def read_decision(document: object) -> Decision:
    """Raises InvalidTemplateError with every problem."""
    return read_whole(document, _read_decision)


def _read_decision(root: ObjectReader) -> Decision:
    if not root.has("approved"):
        root.problem_at("approved", "is required")
    return Decision(root.boolean("approved"), root.text("by"), root.text("comment"))
