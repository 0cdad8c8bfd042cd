"""Lifecycle reports and revocations on the wire."""

from dataclasses import dataclass

from shared.domain.codec import Json
from shared.domain.lifecycle import LifecycleReport
from shared.reading.object_reader import ObjectReader
from shared.reading.whole import read_whole


@dataclass(frozen=True)
class Revocation:
    """The body of `POST /api/images/revoke`; a dry run unless `dryRun` is false."""

    id: str
    reason: str
    with_descendants: bool
    dry_run: bool


def report_body(report: LifecycleReport) -> dict[str, Json]:
    return {
        "id": report.id,
        "policy": report.policy,
        "dryRun": report.dry_run,
        "at": report.at,
        "error": report.error or None,
        "steps": [
            {
                "versionId": step.version_id,
                "action": step.action,
                "reason": step.reason,
                "error": step.error or None,
            }
            for step in report.steps
        ],
    }


def read_revocation(document: object) -> Revocation:
    """Raises InvalidTemplateError with every problem."""
    return read_whole(document, _read_revocation)


def _read_revocation(root: ObjectReader) -> Revocation:
    return Revocation(
        id=root.required_text("id"),
        reason=root.required_text("reason"),
        with_descendants=root.boolean("withDescendants"),
        dry_run=not root.has("dryRun") or root.boolean("dryRun"),
    )
