"""The entity that bounds builds per subscription and region, and how a build takes its turn with it."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from orchestrators.build_steps import Build
from orchestrators.calls import call
from shared.domain.build import RunCall
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.region_quota import (
    Claimant,
    QuotaRequest,
    RegionLimits,
    RegionQuota,
    Share,
    Standing,
    Turn,
)

if TYPE_CHECKING:
    from azure.durable_functions import DurableEntityContext, DurableOrchestrationContext, EntityId

ENTITY = "region_quota"
ASKS_PER_HISTORY = 20
PAUSE_SECONDS = 10.0
PAUSES_PER_ROUND, MOST_PAUSES = 3, 30  # a build takes minutes


@dataclass(frozen=True)
class Entity:
    """An entity's address, in the shape of the SDK's EntityId."""

    key: str
    name: str = ENTITY


@dataclass(frozen=True)
class TurnRequest:
    """Input of `await_turn`."""

    key: str
    request: QuotaRequest
    pause_seconds: float


def region_quota(context: "DurableEntityContext") -> None:
    """Operations: `enter` gets in line, `ask` tells whose turn it is, `leave` gives the place back."""
    quota = from_json(RegionQuota, context.get_state(dict))
    request = from_json(QuotaRequest, context.get_input())
    run_id = request.claimant.run_id
    if context.operation_name == "enter":
        quota = quota.enter(request)
    elif context.operation_name == "leave":
        quota = quota.leave(run_id)
    quota = quota.admit(request.limits, request.now)
    context.set_state(to_json(quota))
    context.set_result(to_json(quota.standing(run_id)))


def take_turn(build: Build) -> Generator[Any, Any, None]:
    """Waits until the region has room for the build; without bounds, asks nobody."""
    if not build.request.limits.bounded:
        return
    share = yield from call(build.context, "region_share", RunCall(build.request.run_id), Share)
    claimant = Claimant(build.request.run_id, share.cores, build.now)
    request = QuotaRequest(claimant, build.request.limits, build.now)
    standing = yield from _operate(build.context, share.key, "enter", request)
    if standing.turn is Turn.GRANTED:
        return
    build.context.set_custom_status({"stage": build.stage, "waiting": f"for room in {share.key}"})
    pause = min(PAUSE_SECONDS, 10 * build.request.poll.first_seconds)
    waiting = to_json(TurnRequest(share.key, request, pause))
    yield from build.race(build.context.call_sub_orchestrator("await_turn", waiting))
    build.context.set_custom_status({"stage": build.stage})


def give_back(build: Build) -> Generator[Any, Any, None]:
    """Lets the next one in."""
    if build.request.limits.bounded:
        yield from leave_region(build.context, build.request.run_id, build.request.limits)


def leave_region(
    context: "DurableOrchestrationContext", run_id: str, limits: RegionLimits
) -> Generator[Any, Any, None]:
    share = yield from call(context, "region_share", RunCall(run_id), Share)
    now = context.current_utc_datetime.isoformat()
    yield from _operate(context, share.key, "leave", QuotaRequest(Claimant(run_id, 0, now), limits, now))


def await_turn(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Ends when it is the run's turn, or when the run has given up its place in line."""
    request = from_json(TurnRequest, context.get_input())
    for _ in range(ASKS_PER_HISTORY):
        now = context.current_utc_datetime
        asked = replace(request.request, now=now.isoformat())
        standing = yield from _operate(context, request.key, "ask", asked)
        if standing.turn is not Turn.WAITING:
            return standing.turn.value
        yield context.create_timer(now + timedelta(seconds=_pause(request, standing)))
    context.continue_as_new(to_json(request))
    return None


def _pause(request: TurnRequest, standing: Standing) -> float:
    """Who is far behind asks rarely: a line of a thousand would keep the entity busy with nothing else."""
    return request.pause_seconds * min(MOST_PAUSES, 1 + PAUSES_PER_ROUND * standing.rounds)


def _operate(
    context: "DurableOrchestrationContext", key: str, operation: str, request: QuotaRequest
) -> Generator[Any, Any, Standing]:
    try:
        address = cast("EntityId", Entity(key))
        return from_json(Standing, (yield context.call_entity(address, operation, to_json(request))))
    except Exception as error:
        reason = str(error).partition("\n")[0]
        message = f"the bound of builds in {key} could not be asked: {reason}"
        raise BuildFailed(BuildError("OrchestrationFailed", message)) from error
