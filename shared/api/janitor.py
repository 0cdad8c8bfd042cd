"""The janitor on the wire."""

from shared.domain.codec import Json, from_json
from shared.domain.janitor import Leftovers, LostRun, SweepReport


def findings_body(lost: tuple[LostRun, ...], leftovers: Leftovers) -> Json:
    """What a sweep would do."""
    return {
        "lostRuns": [{"run": run.run_id, "reason": run.reason} for run in lost],
        "leftovers": [
            {"id": item.id, "type": item.type, "run": item.run_id, "reason": item.reason}
            for item in leftovers.found
        ],
    }


def report_body(state: str, output: object) -> Json:
    """A sweep that goes on has no report yet."""
    if output is None:
        return {"state": state, "report": None}
    report = from_json(SweepReport, output)
    return {
        "state": state,
        "report": {
            "abandonedRuns": list(report.abandoned),
            "removed": list(report.removed),
            "failed": list(report.failed),
            "runsTidied": report.tidied.scripts,
            "claimsDeleted": report.tidied.claims,
        },
    }
