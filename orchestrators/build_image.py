"""One build: stage → provision → customize → capture → validate → replicate → cleanup."""

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orchestrators.approval import wait_for_approval
from orchestrators.build_steps import Build
from orchestrators.clean_up import clean_up_later, remove
from orchestrators.layers import begin_with_layer, choose_layer, start_layer_disk
from orchestrators.publish_outputs import publish_outputs
from orchestrators.region_quota import take_turn
from orchestrators.run_steps import run_steps
from shared.domain.build import BuildRequest, StagedBuild, VmCall
from shared.domain.codec import Json, from_json, to_json
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.planned_vm import Role, StagedKind
from shared.domain.run import Stage
from shared.domain.transitions import Noted

if TYPE_CHECKING:
    from azure.durable_functions import DurableOrchestrationContext

STILL_REMOVED = "what the build made on its way is removed after the run's end"
# What makes an image that a VM is made from, in order.
IMAGE_ACTIVITIES = {
    None: (),
    StagedKind.MANAGED_IMAGE: ("create_staged_image",),
    StagedKind.DISK: ("create_staged_disk",),
    StagedKind.GALLERY_VERSION: (
        "create_staged_gallery",
        "create_staged_definition",
        "create_staged_version",
    ),
}


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
        staged = yield from provision(build, staged)
        yield from customize(build, staged)
        yield from capture(build, staged)
        error = yield from validate(build, staged)
        yield from replicate(build, staged)
    except BuildFailed as failure:
        error = error or failure.error.at(build.stage)
    error = yield from cleanup(build, error)
    return to_json(error)


def stage(build: Build) -> Generator[Any, Any, StagedBuild]:
    yield from build.open()
    staged = yield from build.plan()
    yield from build.do("create_staging_group")
    yield from build.stage_inputs(staged)
    return (yield from choose_layer(build, staged))


def provision(build: Build, staged: StagedBuild) -> Generator[Any, Any, StagedBuild]:
    """The plan is another one afterwards where the layer to begin with was gone."""
    if Stage.PROVISION not in staged.stages:
        return staged
    yield from build.enter(Stage.PROVISION)
    yield from take_turn(build)
    disk = (yield from start_layer_disk(build)) if staged.in_layer else None
    if staged.own_network:
        yield from build.operate_together("create_public_ip", "create_network_security_group")
        yield from build.operate("create_nat_gateway")
        yield from build.operate("create_virtual_network")
    if disk is not None:
        staged = yield from begin_with_layer(build, staged, disk)
    if not staged.in_layer:
        yield from make_image(build, staged.source_image, Role.BUILD)
    yield from make_vm(build, Role.BUILD)
    return staged


def customize(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    if Stage.CUSTOMIZE not in staged.stages:
        return
    build.begin(Stage.CUSTOMIZE)
    yield from run_steps(build, staged.steps[staged.in_layer :])


def capture(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    if Stage.CAPTURE not in staged.stages:
        return
    yield from build.enter(Stage.CAPTURE)
    if staged.stops_vm and staged.generalizes:
        yield from build.operate("start_deprovision")
    if staged.stops_vm:
        yield from build.operate("deallocate_vm")
    if staged.stops_vm and staged.generalizes:
        yield from build.do("generalize_vm")
    yield from make_image(build, staged.result_image, Role.VALIDATION)
    if staged.needs_snapshot:
        yield from build.operate("create_snapshot")


def validate(build: Build, staged: StagedBuild) -> Generator[Any, Any, BuildError | None]:
    """The error of a validation that failed and does not keep the image from being published."""
    if Stage.VALIDATE not in staged.stages:
        return None
    yield from build.enter(Stage.VALIDATE)
    if staged.new_validation_vm:
        yield from make_vm(build, Role.VALIDATION)
    try:
        yield from run_steps(build, staged.validators)
    except BuildFailed as failure:
        if not staged.continue_on_invalid or failure.error.code != "ValidatorFailed":
            raise
        return failure.error.at(Stage.VALIDATE)
    return None


def replicate(build: Build, staged: StagedBuild) -> Generator[Any, Any, None]:
    if Stage.REPLICATE not in staged.stages:
        return
    yield from build.enter(Stage.REPLICATE)
    if staged.approval_hours:
        yield from wait_for_approval(build, staged.approval_hours)
    yield from publish_outputs(build, staged.outputs)


def cleanup(build: Build, error: BuildError | None) -> Generator[Any, Any, BuildError | None]:
    """Always runs; what goes wrong here never hides the first error."""
    if error is None and build.request.ends_before_cleanup:
        yield from build.record(Noted(STILL_REMOVED))
        yield from build.end(None, None)
        yield from clean_up_later(build)
        return None
    kept = build.kept(error)
    try:
        yield from build.enter(Stage.CLEANUP, failed=error is not None)
    except BuildFailed as failure:
        error = error or failure.error.at(Stage.CLEANUP)
    count = build.staged.undone_by_name if build.staged else None
    error = yield from remove(build, build.undo_staging(count) if kept is None else [], error)
    return (yield from build.end(error, kept))


def make_image(build: Build, kind: StagedKind | None, role: Role) -> Generator[Any, Any, None]:
    """The image that the VM of that role is made from, where it needs one."""
    for activity in IMAGE_ACTIVITIES[kind]:
        yield from build.operate(activity, VmCall(build.request.run_id, role))


def make_vm(build: Build, role: Role) -> Generator[Any, Any, None]:
    yield from build.operate("create_network_interface", VmCall(build.request.run_id, role))
    yield from build.operate("create_vm", VmCall(build.request.run_id, role))
