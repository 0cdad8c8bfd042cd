"""A stored template's turn: waiting until no other run of it goes on, then building it as its own run."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from orchestrators.announcing import announce
from orchestrators.calls import call
from shared.domain.build import BuildRequest
from shared.domain.codec import from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.image_events import EventType, new_event
from shared.domain.names import claimed_run_id
from shared.domain.operations import PollPolicy
from shared.domain.patch_cycle import CANCEL_EVENT
from shared.domain.rebuild import ClaimCall, Claimed, ClaimOutcome
from shared.domain.template_record import TemplateAddress

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext
    from azure.durable_functions.models.Task import TimerTask

LOOKS_PER_HISTORY = 50
LOOK_SECONDS = 15.0  # between two looks at a template that is busy


@dataclass(frozen=True)
class Turn:
    """`activity` decides whose turn it is; `cause` is what the run is for, one string for one cause.

    `built_by` tells the run's readers of it.
    """

    activity: str
    address: TemplateAddress
    cause: str
    built_by: str
    poll: PollPolicy
    version: str = ""
    until: datetime | None = None


def take_turn(context: "DurableOrchestrationContext", turn: Turn) -> Generator[Any, Any, Claimed | None]:
    """None when the template is busy still and the history is long enough: continue as new then.

    Raises BuildFailed(TemplateBusy) after `until`, BuildFailed(Canceled) when it is cancelled meanwhile.
    """
    for _ in range(LOOKS_PER_HISTORY):
        now = context.current_utc_datetime
        if turn.until is not None and now >= turn.until:
            raise BuildFailed(BuildError("TemplateBusy", "another run of the template did not end in time"))
        # A run id of long ago would be taken for a lost run: each attempt has one of its own time.
        run_id = claimed_run_id(turn.address.name, now, turn.cause, context.instance_id)
        attempt = ClaimCall(turn.address, turn.version, run_id, turn.built_by)
        claimed = yield from call(context, turn.activity, attempt, Claimed)
        if claimed.outcome is not ClaimOutcome.BUSY:
            return claimed
        pause = timedelta(seconds=min(LOOK_SECONDS, turn.poll.longest_seconds))
        timer = cast("TimerTask", context.create_timer(now + pause))
        canceled = context.wait_for_external_event(CANCEL_EVENT)
        if (yield context.task_any([timer, canceled])) is canceled:
            timer.cancel()
            raise BuildFailed(BuildError("Canceled", "cancelled while another run of the template went on"))
    return None


def run_claimed(
    context: "DurableOrchestrationContext", address: TemplateAddress, build: BuildRequest
) -> Generator[Any, Any, BuildError | None]:
    """Runs the build under its run id, as if it had been asked for by hand; its error, which is told."""
    error = yield from _run(context, build)
    if error is not None:
        facts = {"runId": build.run_id, "code": error.code, "message": error.message}
        at = context.current_utc_datetime.isoformat()
        yield from announce(context, new_event(EventType.BUILD_FAILED, address.id, at, facts))
    return error


def _run(
    context: "DurableOrchestrationContext", build: BuildRequest
) -> Generator[Any, Any, BuildError | None]:
    try:
        result = yield context.call_sub_orchestrator("build_image", to_json(build), build.run_id)
        return from_json(BuildError, result) if result else None
    except Exception as failure:  # noqa: BLE001 - the SDK raises a bare Exception for a failed orchestration
        return BuildError("OrchestrationFailed", str(failure).partition("\n")[0])
