"""Patch policies and their cycles."""

from shared.api.openapi.common import INVALID, LOCATION, dry_run, refused
from shared.api.openapi.model import Area, Reply, Route, path_parameter
from shared.api.openapi.policies import NO_POLICY, POLICY, policy_routes
from shared.api.openapi.schema import (
    Schema,
    anything,
    array,
    flag,
    listing,
    mapping,
    moment,
    nullable,
    one_of,
    record,
    reference,
    text,
    whole,
)
from shared.domain.patch_cycle import CycleState, PatchState

CYCLE = (*POLICY, path_parameter("cycle", "The cycle's id.", text(most=128)))
NO_CYCLE = refused(404, "There is no such cycle.")
BUSY = refused(409, "A cycle of the policy goes on.")
STARTED = Reply(202, "The new cycle.", reference("Cycle"), headers=LOCATION)

SCHEMAS: dict[str, Schema] = {
    "PatchPolicy": anything("As docs/patching.md describes it, with its `name`."),
    "Cycle": record(
        {
            "id": text(),
            "policy": text(),
            "state": one_of([state.value for state in CycleState]),
            "dryRun": flag(),
            "startedBy": nullable(text("Who asked for it, or `schedule`.")),
            "startedAt": nullable(moment()),
            "endedAt": nullable(moment()),
            "wave": whole(),
            "waves": whole(),
            "waitsFor": nullable(text()),
            "reason": nullable(text()),
            "counts": mapping(whole(), "Templates by state."),
            "approvals": array(text()),
            "templates": array(
                record(
                    {
                        "templateId": text(),
                        "wave": whole(),
                        "state": one_of([state.value for state in PatchState]),
                        "runId": nullable(text()),
                        "reason": nullable(text()),
                    }
                )
            ),
        }
    ),
    "Decision": record({"approved": flag()}, {"by": text("Who, where no token tells."), "comment": text()}),
}

AREA = Area(
    "patch-policies",
    "Many templates built again, in waves.",
    (
        *policy_routes(
            "Patch",
            put="Writes a policy; a new schedule is followed from now on.",
            delete="Deletes a policy; a cycle that goes on is not stopped.",
        ),
        Route(
            "POST",
            "/patch-policies/{policy}/start",
            "startCycle",
            "Starts a cycle now.",
            (STARTED, INVALID, NO_POLICY, BUSY),
            (*POLICY, dry_run("Plan the cycle and build nothing; the policy's own word unless given.")),
        ),
        Route(
            "GET",
            "/patch-policies/{policy}/cycles",
            "listCycles",
            "At most 100 cycles, the newest first.",
            (Reply(200, "The cycles.", listing("Cycle")),),
            POLICY,
        ),
        Route(
            "GET",
            "/patch-policies/{policy}/cycles/{cycle}",
            "getCycle",
            "A cycle's report, while it goes on and afterwards.",
            (Reply(200, "The cycle.", reference("Cycle")), NO_CYCLE),
            CYCLE,
        ),
        Route(
            "POST",
            "/patch-policies/{policy}/cycles/{cycle}/approve",
            "approveWave",
            "Approves the next wave, or refuses it.",
            (
                Reply(202, "The cycle.", reference("Cycle")),
                INVALID,
                NO_CYCLE,
                refused(409, "The cycle waits for no approval now."),
            ),
            CYCLE,
            reference("Decision"),
        ),
        Route(
            "POST",
            "/patch-policies/{policy}/cycles/{cycle}/cancel",
            "cancelCycle",
            "Begins no further wave and cancels its builds.",
            (Reply(202, "The cycle.", reference("Cycle")), NO_CYCLE),
            CYCLE,
        ),
        Route(
            "POST",
            "/patch-policies/{policy}/cycles/{cycle}/resume",
            "resumeCycle",
            "Starts a new cycle over what this one did not build with success.",
            (STARTED, NO_CYCLE, BUSY),
            CYCLE,
        ),
    ),
    SCHEMAS,
)
