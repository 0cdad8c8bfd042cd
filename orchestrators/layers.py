"""Layers of earlier runs: which one a build begins with, and keeping those that it makes."""

from collections.abc import Generator
from datetime import timedelta
from typing import Any

from orchestrators.build_steps import STOPPED, Build
from orchestrators.calls import call
from shared.domain.build import RunCall, StagedBuild, StagedStep, StepCall, VmCall
from shared.domain.errors import BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.planned_vm import Role
from shared.domain.transitions import LayersChosen, Noted

PATIENCE = timedelta(minutes=10)


def choose_layer(build: Build, staged: StagedBuild) -> Generator[Any, Any, StagedBuild]:
    """Once scripts and files are staged it is known whether an earlier run has come as far with them."""
    if not staged.uses_layers:
        return staged
    return (yield from _planned_again(build, "choose_layer"))


def begin_with_layer(build: Build, staged: StagedBuild) -> Generator[Any, Any, StagedBuild]:
    """The build VM's disk out of the layer; one that proves to be gone costs time, not the build."""
    try:
        yield from _operate(build, "create_staged_disk", VmCall(build.request.run_id, Role.BUILD))
    except BuildFailed as failure:
        if failure.error.code in STOPPED:
            raise
        yield from build.record(Noted(f"the layer could not be used: {failure.error.message}"))
    else:
        return staged
    yield from build.operate("delete_layer_disk")
    return (yield from _planned_again(build, "leave_layer"))


def keep_layer(build: Build, step: StagedStep) -> Generator[Any, Any, None]:
    """Keeps the disk as it is after the step; a build does not fail by what only later ones would use."""
    try:
        yield from _operate(build, "keep_layer", StepCall(build.request.run_id, step.phase, step.index))
    except BuildFailed as failure:
        if failure.error.code in STOPPED:
            raise
        text = f"no layer was kept after customize[{step.index}]: {failure.error.message}"
        yield from build.record(Noted(text))


def _operate(build: Build, activity: str, payload: VmCall | StepCall) -> Generator[Any, Any, None]:
    """An operation that the build can do without is not waited for as long as the build may take."""
    operation = yield from call(build.context, activity, payload, OperationRef, build.ends_at)
    now = build.context.current_utc_datetime
    until = now + min(PATIENCE, (build.ends_at - now) / 4)
    status = yield from build.wait(operation, until=until)
    if status.error is not None:
        raise BuildFailed(status.error)


def _planned_again(build: Build, activity: str) -> Generator[Any, Any, StagedBuild]:
    run = RunCall(build.request.run_id)
    staged = yield from call(build.context, activity, run, StagedBuild, build.ends_at)
    build.staged = staged
    yield from build.record(LayersChosen(staged.caches))
    if staged.layer_note:
        yield from build.record(Noted(staged.layer_note))
    return staged
