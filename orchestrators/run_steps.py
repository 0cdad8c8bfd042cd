"""Runs customizers or validators, one after the other; the first that fails ends the phase."""

from collections.abc import Generator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from orchestrators.build_steps import Build
from orchestrators.calls import call
from orchestrators.layers import keep_layer
from shared.domain.build import StagedStep, StepCall
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef, OperationState, OperationStatus
from shared.domain.run import Phase
from shared.domain.steps import RESTART_NEEDED
from shared.domain.transitions import StepEnded, StepStarted

MOST_SCRIPTS = 20  # on a VM at once; Azure keeps 25 Run Commands, and deprovisioning needs one
START_MARGIN = timedelta(minutes=10)  # for the agent of a restarted VM to take a script up


def run_steps(build: Build, steps: tuple[StagedStep, ...]) -> Generator[Any, Any, None]:
    """Raises BuildFailed(CustomizerFailed | ValidatorFailed) that names the step, its code and last lines."""
    started: list[StepCall] = []
    for step in steps:
        status = yield from _run_step(build, step, started)
        ended = StepEnded(step.index, build.now, status.error is None, status.exit_code, step.phase)
        yield from build.record(ended)
        if status.error is not None:
            raise BuildFailed(_of_step(status.error, step))
        if step.kept:
            yield from keep_layer(build, step)


def _run_step(
    build: Build, step: StagedStep, started: list[StepCall]
) -> Generator[Any, Any, OperationStatus]:
    """A step that asks for restarts is started again after each, until it asks no more or too often."""
    for rounds in range(1, step.most_restarts + 2):
        script = StepCall(build.request.run_id, step.phase, step.index, rounds)
        yield from build.record(StepStarted(step.index, build.now, step.phase, rounds))
        status = yield from _run_script(build, step, script)
        started.append(script)
        if len(started) > MOST_SCRIPTS:
            yield from build.operate("forget_step", started[-MOST_SCRIPTS - 1])
        if status.exit_code != RESTART_NEEDED or not step.most_restarts:
            return status
    message = f"it still needed a restart after {step.most_restarts} of them"
    error = BuildError("ScriptFailed", message, details={"exitCode": str(RESTART_NEEDED)})
    return OperationStatus(OperationState.FAILED, error=error, exit_code=RESTART_NEEDED)


def _run_script(build: Build, step: StagedStep, script: StepCall) -> Generator[Any, Any, OperationStatus]:
    until = None
    if step.restarts or script.rounds > 1:
        yield from build.operate("restart_step_vm", script)
        if step.timeout_seconds:
            # The script's own limit counts from when the agent takes it up, which it may never do.
            until = build.context.current_utc_datetime + timedelta(seconds=step.timeout_seconds)
            until += START_MARGIN
    operation = yield from call(build.context, "start_step", script, OperationRef, build.ends_at)
    return (yield from build.wait(operation, until=until))


def _of_step(error: BuildError, step: StagedStep) -> BuildError:
    details = {"customizer": str(step.index), "name": step.name, "type": step.type, **error.details}
    what = f"[{step.index}] ({step.type}, {step.name}): {error.message}"
    if step.phase is Phase.VALIDATE:
        message = f"properties.validate.inVMValidations{what}"
        return replace(error, code="ValidatorFailed", message=message, details=details)
    message = f"properties.customize{what}"
    return replace(error, code="CustomizerFailed", message=message, details=details)
