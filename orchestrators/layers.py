"""Layers of earlier runs: which one a build begins with, and keeping those that it makes."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from orchestrators.build_steps import STOPPED, Build
from orchestrators.calls import call
from shared.domain.build import RunCall, StagedBuild, StagedStep, StepCall, VmCall
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.planned_vm import Role
from shared.domain.transitions import LayersChosen, Noted

PATIENCE = timedelta(minutes=10)


def choose_layer(build: Build, staged: StagedBuild) -> Generator[Any, Any, StagedBuild]:
    """Once scripts and files are staged it is known whether an earlier run has come as far with them."""
    if not staged.uses_layers:
        return staged
    return (yield from _planned_again(build, "choose_layer"))


def start_layer_disk(build: Build) -> Generator[Any, Any, OperationRef | BuildError]:
    """Starts to make the build VM's disk out of the layer; the network is made meanwhile."""
    try:
        return (yield from _start(build, "create_staged_disk", VmCall(build.request.run_id, Role.BUILD)))
    except BuildFailed as failure:
        return _unless_stopped(failure)


def begin_with_layer(
    build: Build, staged: StagedBuild, disk: OperationRef | BuildError
) -> Generator[Any, Any, StagedBuild]:
    """Waits for the disk; a layer that proves to be gone costs time, not the build."""
    problem = disk if isinstance(disk, BuildError) else (yield from _problem(build, disk))
    if problem is None:
        return staged
    yield from build.record(Noted(f"the layer could not be used: {problem.message}"))
    yield from build.operate("delete_layer_disk")
    return (yield from _planned_again(build, "leave_layer"))


def keep_layer(build: Build, step: StagedStep) -> Generator[Any, Any, None]:
    """Keeps the disk as it is after the step; a build does not fail by what only later ones would use."""
    try:
        payload = StepCall(build.request.run_id, step.phase, step.index)
        problem = yield from _problem(build, (yield from _start(build, "keep_layer", payload)))
    except BuildFailed as failure:
        problem = _unless_stopped(failure)
    if problem is not None:
        text = f"no layer was kept after customize[{step.index}]: {problem.message}"
        yield from build.record(Noted(text))


def _start(build: Build, activity: str, payload: VmCall | StepCall) -> Generator[Any, Any, OperationRef]:
    return (yield from call(build.context, activity, payload, OperationRef, build.ends_at))


def _problem(build: Build, operation: OperationRef) -> Generator[Any, Any, BuildError | None]:
    """An operation that the build can do without is not waited for as long as the build may take."""
    now = build.context.current_utc_datetime
    until = now + min(PATIENCE, (build.ends_at - now) / 4)
    try:
        return (yield from build.wait(operation, until=until)).error
    except BuildFailed as failure:
        return _unless_stopped(failure)


def _unless_stopped(failure: BuildFailed) -> BuildError:
    """What went wrong; raises the failure again if it says that the build is to go no further."""
    if failure.error.code in STOPPED:
        raise failure
    return failure.error


def _planned_again(build: Build, activity: str) -> Generator[Any, Any, StagedBuild]:
    run = RunCall(build.request.run_id)
    staged = yield from call(build.context, activity, run, StagedBuild, build.ends_at)
    build.staged = staged
    build.untold.append(LayersChosen(staged.caches))
    if staged.layer_note:
        build.untold.append(Noted(staged.layer_note))
    return staged
