"""Stage: resolve what the template asks for, write down what the run will make, and put scripts in place."""

from activities.planning import make_plan
from shared.azure.fetch import fetch
from shared.azure.groups import put_group
from shared.customizers.registry import steps_of
from shared.domain.build import OpenCall, RunCall, StagedBuild, StagedStep
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.names import started_at
from shared.domain.plan import BuildPlan
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import Output, Run, Stage
from shared.domain.template import ImageTemplate
from shared.domain.transitions import StageStarted
from shared.services import Services
from shared.template import parse_template


def load_template(services: Services, run_id: str) -> ImageTemplate:
    """The run's template, parsed again from what was stored."""
    request = services.documents.get_request(run_id)
    try:
        return parse_template(
            request.template,
            subscription_id=services.settings.subscription_id,
            resource_group=request.resource_group,
            name=request.name,
            api_version=request.api_version,
        )
    except InvalidTemplateError as error:
        raise BuildFailed(BuildError("ValidationFailed", str(error))) from error


def open_run(services: Services, call: OpenCall) -> None:
    """Records that the run has begun."""
    template = load_template(services, call.run_id)
    created = started_at(call.run_id).isoformat()
    services.runs.add(Run(call.run_id, template.id, template.location, created_at=created))
    services.runs.change(call.run_id, StageStarted(Stage.STAGE, call.at))


def plan_build(services: Services, call: RunCall) -> StagedBuild:
    """Decides everything about the run and stores it; a second call returns what the first decided.

    The stored plan is also the ledger: it names all that may come to exist, before any of it does.
    """
    plan = services.documents.find_plan(call.run_id)
    if plan is None:
        plan = make_plan(services, load_template(services, call.run_id), call.run_id)
        services.documents.put_plan(plan)
    return _staged(plan)


def _staged(plan: BuildPlan) -> StagedBuild:
    galleries = [Output(g.name, g.type, id=g.version_id, version=g.version) for g in plan.galleries]
    vhds = [Output(v.name, v.type) for v in plan.vhds]
    return StagedBuild(
        source=plan.source.description,
        steps=tuple(StagedStep(step.index, step.type, step.name) for step in plan.steps),
        outputs=(*galleries, *vhds),
        own_network=plan.subnet_id is None,
        needs_snapshot=bool(plan.vhds),
    )


def create_staging_group(services: Services, call: RunCall) -> None:
    """The group that holds everything the run makes, and goes with it."""
    plan = services.documents.get_plan(call.run_id)
    put_group(services.arm.resources, plan.staging_group, plan.location, plan.resource_tags)


def stage_scripts(services: Services, call: RunCall) -> None:
    """Puts scripts and files into blob storage, their checksums verified."""
    plan = services.documents.get_plan(call.run_id)
    steps = steps_of(load_template(services, call.run_id))
    for step, planned in zip(steps, plan.steps, strict=True):
        services.blobs.write(planned.script_blob, step.script.encode(), "text/x-shellscript")
        if step.artifact is not None:
            data = fetch(step.artifact.uri, step.artifact.sha256, services.credential)
            services.blobs.write(planned.artifact_blob, data)
