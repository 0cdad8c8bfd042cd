"""Plans the steps of a run: its customizers and validators, and where their scripts and files will lie."""

from dataclasses import replace

from shared.catalog.documents import RunDocuments
from shared.customizers.registry import steps_of, validation_steps_of
from shared.domain.names import step_script
from shared.domain.plan import BuildPlan, PlannedStep
from shared.domain.run import Phase, Stage
from shared.domain.steps import Step, StepKind
from shared.domain.template import ImageTemplate

MOST_RESTARTS = 10  # of a step that installs updates, which may need one after each round


def plan_steps(documents: RunDocuments, plan: BuildPlan, template: ImageTemplate) -> BuildPlan:
    validation = template.validation
    customizes = Stage.CUSTOMIZE in plan.stages
    return replace(
        plan,
        steps=_planned(documents, plan.run_id, Phase.CUSTOMIZE, steps_of(template)) if customizes else (),
        validators=_planned(documents, plan.run_id, Phase.VALIDATE, validation_steps_of(template)),
        continue_on_invalid=bool(validation and validation.continue_distribute_on_failure),
        on_customizer_error=template.error_handling.on_customizer_error,
        on_validation_error=template.error_handling.on_validation_error,
    )


def _planned(
    documents: RunDocuments, run_id: str, phase: Phase, steps: tuple[Step, ...]
) -> tuple[PlannedStep, ...]:
    return tuple(_step(documents, run_id, phase, step) for step in steps)


def _step(documents: RunDocuments, run_id: str, phase: Phase, step: Step) -> PlannedStep:
    name = step_script(phase, step.index)
    return PlannedStep(
        phase=phase,
        index=step.index,
        type=step.type,
        name=step.name,
        script_blob=documents.script_path(run_id, name),
        artifact_blob=documents.artifact_path(run_id, name) if step.artifact else "",
        environment=step.environment,
        secrets=step.secrets,
        timeout_seconds=step.timeout_seconds,
        restarts=step.kind is StepKind.RESTART,
        most_restarts=MOST_RESTARTS if step.type == "WindowsUpdate" else 0,
        cache=step.cache,
    )
