"""Lifecycle policies: apply, report."""

from shared.api.openapi.common import INVALID, LOCATION, dry_run, refused
from shared.api.openapi.model import Area, Reply, Route
from shared.api.openapi.policies import NO_POLICY, POLICY, policy_routes
from shared.api.openapi.schema import (
    Schema,
    anything,
    array,
    flag,
    moment,
    nullable,
    one_of,
    record,
    reference,
    text,
)
from shared.domain.lifecycle import LifecycleAction

SCHEMAS: dict[str, Schema] = {
    "LifecyclePolicy": anything("As docs/lifecycle.md describes it, with its `name`."),
    "LifecycleStarted": record({"started": flag(), "dryRun": flag()}),
    "LifecycleReport": record(
        {
            "id": text(),
            "policy": text(),
            "dryRun": flag(),
            "at": moment(),
            "error": nullable(text()),
            "steps": array(
                record(
                    {
                        "versionId": text(),
                        "action": one_of([action.value for action in LifecycleAction]),
                        "reason": text(),
                        "error": nullable(text()),
                    }
                )
            ),
        }
    ),
}

AREA = Area(
    "lifecycle-policies",
    "How long gallery versions are kept.",
    (
        *policy_routes("Lifecycle", put="Writes a policy.", delete="Deletes a policy."),
        Route(
            "POST",
            "/lifecycle-policies/{policy}/apply",
            "applyLifecyclePolicy",
            "Applies the policy now; dry unless `dryRun=false`.",
            (
                Reply(202, "It is being applied.", reference("LifecycleStarted"), headers=LOCATION),
                INVALID,
                NO_POLICY,
                refused(409, "It is being applied already."),
            ),
            (*POLICY, dry_run("Change nothing, only report; true unless given.")),
        ),
        Route(
            "GET",
            "/lifecycle-policies/{policy}/report",
            "getLifecycleReport",
            "What the policy did, or would have done, the last time.",
            (
                Reply(200, "The report.", reference("LifecycleReport")),
                refused(404, "It has not been applied yet."),
            ),
            POLICY,
        ),
    ),
    SCHEMAS,
)
