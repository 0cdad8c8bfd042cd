"""Stage: resolve what the template asks for, write down what the run will make, and put scripts in place."""

from activities.planning import make_plan
from activities.planning_group import owner_tags
from activities.staged import is_kept, staged_build
from shared.azure.fetch import check, fetch
from shared.azure.groups import put_group
from shared.customizers.linux_script import with_layers
from shared.customizers.registry import steps_of, validation_steps_of
from shared.domain.build import OpenCall, RunCall, StagedBuild, StepCall
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationKind, OperationRef
from shared.domain.problems import InvalidTemplateError
from shared.domain.run import Phase, Stage
from shared.domain.steps import Step
from shared.domain.template import ImageTemplate
from shared.domain.transitions import StageStarted
from shared.services import Services
from shared.starting import new_run
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
    request = services.documents.get_request(call.run_id)
    services.runs.add(new_run(call.run_id, template, request))
    services.runs.change(call.run_id, StageStarted(Stage.STAGE, call.at))


def plan_build(services: Services, call: RunCall) -> StagedBuild:
    """Decides everything about the run and stores it; a second call returns what the first decided.

    The stored plan is also the ledger: it names all that may come to exist, before any of it does.
    """
    plan = services.documents.find_plan(call.run_id)
    if plan is None:
        request = services.documents.get_request(call.run_id)
        plan = make_plan(services, request, load_template(services, call.run_id), call.run_id)
        services.documents.put_plan(plan)
    return staged_build(plan)


def create_staging_group(services: Services, call: RunCall) -> None:
    """The group that holds everything the run makes, with the tags that say whose it is."""
    plan = services.documents.get_plan(call.run_id)
    group = plan.group
    owner = owner_tags(plan.template_name, plan.template_id.split("/")[4], adopted=group.adopted)
    # An adopted group stays: it must not carry the tags by which the janitor finds what may go.
    tags = {**group.tags, **owner} if group.adopted else {**plan.resource_tags, **owner}
    put_group(services.arm.resources, group.name, plan.location, tags)


def stage_scripts(services: Services, call: RunCall) -> OperationRef:
    """Puts the scripts into blob storage."""
    plan = services.documents.get_plan(call.run_id)
    template = load_template(services, call.run_id)
    for planned in (*plan.steps, *plan.validators):
        script = _step(template, planned.phase, planned.index).script
        if planned.phase is Phase.CUSTOMIZE and not plan.layers.off:
            script = with_layers(script, plan.run_id, kept=is_kept(plan, planned))
        services.blobs.write(planned.script_blob, script.encode(), "text/plain")
    return OperationRef(OperationKind.DONE, call.run_id)


def stage_artifact(services: Services, call: StepCall) -> OperationRef:
    """Puts the file that a step needs into blob storage, its checksum verified."""
    plan = services.documents.get_plan(call.run_id)
    artifact = _step(load_template(services, call.run_id), call.phase, call.index).artifact
    if artifact is not None:
        path = plan.step(call.phase, call.index).artifact_blob
        pieces = fetch(artifact.uri, services.credential, services.reachable)
        digest = services.blobs.write_stream(path, pieces)
        check(artifact.uri, digest, artifact.sha256)
    return OperationRef(OperationKind.DONE, call.run_id)


def _step(template: ImageTemplate, phase: Phase, index: int) -> Step:
    return (validation_steps_of(template) if phase is Phase.VALIDATE else steps_of(template))[index]
