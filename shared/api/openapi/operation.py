"""The app itself: health, this document, the janitor."""

from shared.api.openapi.common import INVALID, LOCATION, dry_run, refused
from shared.api.openapi.model import Area, Reply, Route
from shared.api.openapi.schema import (
    Schema,
    anything,
    array,
    flag,
    nullable,
    record,
    reference,
    text,
    whole,
)

SCHEMAS: dict[str, Schema] = {
    "Findings": record(
        {
            "lostRuns": array(record({"run": text(), "reason": text()})),
            "leftovers": array(record({"id": text(), "type": text(), "run": text(), "reason": text()})),
        }
    ),
    "SweepStarted": record({"started": flag("False when one goes on already.")}),
    "Sweep": record(
        {
            "state": text("As Durable Functions calls it."),
            "report": nullable(
                record(
                    {
                        "abandonedRuns": array(text()),
                        "removed": array(text()),
                        "failed": array(text()),
                        "runsTidied": whole(),
                        "claimsDeleted": whole(),
                    }
                )
            ),
        }
    ),
}

AREA = Area(
    "operation",
    "The app itself.",
    (
        Route(
            "GET",
            "/health",
            "getHealth",
            "Whether the app is up; needs no key.",
            (Reply(200, "It is.", record({"status": text()})),),
            anonymous=True,
        ),
        Route(
            "GET",
            "/openapi.json",
            "getOpenApi",
            "This document.",
            (Reply(200, "OpenAPI 3.1.", anything()),),
        ),
        Route(
            "GET",
            "/janitor",
            "getSweep",
            "The last sweep.",
            (
                Reply(200, "Its state and report.", reference("Sweep")),
                refused(404, "The janitor has not been at work yet."),
            ),
        ),
        Route(
            "POST",
            "/janitor",
            "startSweep",
            "Sweeps up what runs have left behind.",
            (
                Reply(200, "What a sweep would do.", reference("Findings")),
                Reply(202, "It goes on.", reference("SweepStarted"), headers=LOCATION),
                INVALID,
            ),
            (dry_run("Change nothing; false unless given."),),
        ),
    ),
    SCHEMAS,
)
