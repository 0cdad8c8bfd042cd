"""Lifecycle policies: keep, apply, report."""

from shared.api.openapi.common import INVALID, LOCATION, NAME, dry_run, refused
from shared.api.openapi.model import Area, Reply, Route, path_parameter
from shared.api.openapi.schema import (
    Schema,
    anything,
    array,
    flag,
    listing,
    moment,
    nullable,
    one_of,
    record,
    reference,
    text,
)
from shared.domain.lifecycle import LifecycleAction

POLICY = (path_parameter("policy", "The policy's name.", NAME),)
NO_POLICY = refused(404, "There is no such policy.")
DELETED = Reply(204, "It is gone, or was not there.")

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
        Route(
            "GET",
            "/lifecycle-policies",
            "listLifecyclePolicies",
            "Lists the policies.",
            (Reply(200, "The policies.", listing("LifecyclePolicy")),),
        ),
        Route(
            "GET",
            "/lifecycle-policies/{policy}",
            "getLifecyclePolicy",
            "One policy.",
            (Reply(200, "The policy.", reference("LifecyclePolicy")), NO_POLICY),
            POLICY,
        ),
        Route(
            "PUT",
            "/lifecycle-policies/{policy}",
            "putLifecyclePolicy",
            "Writes a policy.",
            (Reply(200, "The policy.", reference("LifecyclePolicy")), INVALID),
            POLICY,
            reference("LifecyclePolicy"),
        ),
        Route(
            "DELETE",
            "/lifecycle-policies/{policy}",
            "deleteLifecyclePolicy",
            "Deletes a policy.",
            (DELETED,),
            POLICY,
        ),
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
