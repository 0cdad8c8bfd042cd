"""Lifecycle reports and revocations on the wire."""

from dataclasses import dataclass

from shared.domain.codec import Json
from shared.domain.lifecycle import LifecycleReport
from shared.domain.problems import InvalidTemplateError, Problem


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
    if not isinstance(document, dict):
        raise InvalidTemplateError((Problem("$", "must be a JSON object with id and reason"),))
    known = {"id", "reason", "withDescendants", "dryRun"}
    problems = [Problem(str(name), "unknown field") for name in document if name not in known]
    texts = [
        name for name in ("id", "reason") if not isinstance(document.get(name), str) or not document[name]
    ]
    problems += [Problem(name, "must be a string that is not empty") for name in texts]
    flags = [name for name in ("withDescendants", "dryRun") if not isinstance(document.get(name, True), bool)]
    problems += [Problem(name, "must be true or false") for name in flags]
    if problems:
        raise InvalidTemplateError(tuple(problems))
    return Revocation(
        id=document["id"],
        reason=document["reason"],
        with_descendants=document.get("withDescendants", False),
        dry_run=document.get("dryRun", True),
    )
