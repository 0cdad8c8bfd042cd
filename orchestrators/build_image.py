"""One build: stage → provision → customize → capture → replicate → cleanup."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.build_steps import Build
from orchestrators.region_quota import give_back, take_turn
from shared.domain.build import BuildRequest, StagedBuild
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.run import Stage

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext


def build_image(context: "DurableOrchestrationContext") -> Generator[Any, Any, Json]:
    """Returns the run's error, None when every output was published.

    The clean-up is written after the `try`, not in a `finally`: the SDK drops a paused generator after every
    episode, and a `finally` would run each time.
    """
    request = from_json(BuildRequest, context.get_input())
    ends_at = context.current_utc_datetime + timedelta(minutes=request.timeout_minutes)
    build = Build(context, request, ends_at)
    error: BuildError | None = None
    try:
        staged = yield from stage(build)
        yield from provision(build, staged)
        yield from customize(build, staged)
        yield from capture(build, staged)
        yield from replicate(build, staged)
    except BuildFailed as failure:
        error = failure.error.at(build.stage)
    error = yield from cleanup(build, error)
    return to_json(error)


def stage(build: Build) -> Generator[Any, Any, StagedBuild]:
    yield from build.open()
    staged = yield from build.plan()
    yield from build.do("create_staging_group")
    yield from build.do("stage_scripts")
    return staged


def provision(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    yield from build.enter(Stage.PROVISION)
    yield from take_turn(build)
    if staged.own_network:
        yield from build.operate("create_network_security_group")
        yield from build.operate("create_virtual_network")
    yield from build.operate("create_network_interface")
    yield from build.operate("create_vm")


def customize(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    yield from build.enter(Stage.CUSTOMIZE)
    for step in staged.steps:
        yield from build.run_customizer(step)


def capture(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    yield from build.enter(Stage.CAPTURE)
    yield from build.operate("start_deprovision")
    yield from build.operate("deallocate_vm")
    yield from build.do("generalize_vm")
    if staged.needs_snapshot:
        yield from build.operate("create_snapshot")


def replicate(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    yield from build.enter(Stage.REPLICATE)
    yield from build.publish(staged.outputs)


def cleanup(build: Build, error: BuildError | None) -> Generator[Any, Any, BuildError | None]:
    """Always runs; what goes wrong here never hides the first error."""
    steps = (
        build.enter(Stage.CLEANUP, failed=error is not None),
        build.operate("delete_staging_group", stoppable=False),
        build.do("delete_scripts", stoppable=False),
        give_back(build),
    )
    for step in steps:
        try:
            yield from step
        except BuildFailed as failure:
            error = error or failure.error.at(Stage.CLEANUP)
    yield from build.end(error)
    return error
