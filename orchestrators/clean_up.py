"""Removes what a build made on its way, after its run has ended: whatever happens here, its images stay.

The janitor is the net under it: what is left, or what a lost clean-up never came to, carries the run's tag.
"""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.build_steps import Build
from orchestrators.region_quota import give_back
from shared.domain.build import CleanUpRequest
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.run import Stage

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

# As long as the build stays to see that this is under way: an orchestration that ends starts nothing more.
HANDOVER = timedelta(seconds=1)


def clean_up(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the first error, None when everything is gone."""
    request = from_json(CleanUpRequest, context.get_input())
    build = Build(context, request.build, context.current_utc_datetime, Stage.CLEANUP)
    return to_json((yield from remove(build, build.undo_staging(request.undone_by_name), None)))


def clean_up_later(build: Build) -> Generator[Any, Any, None]:
    """Starts the clean-up as an orchestration of its own, which goes on when the build's has ended."""
    count = build.staged.undone_by_name if build.staged else None
    later = to_json(CleanUpRequest(build.request, count))
    started = build.context.call_sub_orchestrator("clean_up", later, f"{build.request.run_id}-cleanup")
    soon = build.context.create_timer(build.context.current_utc_datetime + HANDOVER)
    yield build.context.task_any([started, soon])


def remove(
    build: Build, undoing: list[Generator[Any, Any, None]], error: BuildError | None
) -> Generator[Any, Any, BuildError | None]:
    """Takes every step, whatever becomes of the others; `error` or else the first that went wrong."""
    for step in [*undoing, build.do("delete_scripts", stoppable=False), give_back(build)]:
        try:
            yield from step
        except BuildFailed as failure:
            error = error or failure.error.at(Stage.CLEANUP)
    return error
