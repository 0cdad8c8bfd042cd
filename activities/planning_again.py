"""Plans a run that goes on with what an earlier one left: the VM that it kept, or what it published."""

from dataclasses import replace

from activities.planning_machines import staged_disk
from activities.planning_outputs import (
    add_gallery,
    add_managed_image,
    add_vhd,
    check_definition,
    check_managed_image,
)
from shared.azure.sources import resolve
from shared.catalog.claims import Claim
from shared.catalog.documents import StoredRequest
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.layers import LayerUse
from shared.domain.names import started_at, step_script
from shared.domain.plan import BuildPlan, PlannedStep
from shared.domain.resolved_source import Origin, OriginKind, ResolvedSource
from shared.domain.run import Output, Progress, Run, Stage
from shared.domain.template import (
    DiskImageSource,
    ImageTemplate,
    ManagedImageDistributor,
    ManagedImageSource,
    SharedImageDistributor,
    SharedImageVersionSource,
    Source,
    VhdDistributor,
)
from shared.services import Services

# Most useful first: what Azure takes as a source of the most kinds of outputs.
PREFERENCE = ("SharedImage", "ManagedImage", "VHD")


def find_kept(services: Services, earlier: str, run_id: str) -> BuildPlan | None:
    """The plan of a run whose VM is still there, and now belongs to run `run_id`; else None.

    A VM in a group that was there before is left alone: its tags say when the janitor removes it.
    """
    plan, run = services.documents.find_plan(earlier), services.runs.get(earlier)
    if plan is None or run is None or plan.group.adopted or not _is_kept(run, run_id):
        return None
    claim = services.claims.claim(earlier, "kept-vm", run_id)
    return None if claim is Claim.TAKEN else plan


def _is_kept(run: Run, run_id: str) -> bool:
    return bool(run.kept_until) and started_at(run_id).isoformat() < run.kept_until


def resume_plan(services: Services, kept: BuildPlan, fresh: BuildPlan) -> BuildPlan:
    """The rest of the plan whose VM was kept, from the step that failed on; times are the new run's."""
    run = services.runs.get(kept.run_id)
    error = run.error if run else None
    failed = int(error.details.get("customizer", "0")) if error else 0
    validating = error is not None and error.code == "ValidatorFailed"
    first = Stage.VALIDATE if validating else Stage.CUSTOMIZE
    left = kept.stages[kept.stages.index(first) :]
    steps = () if validating else tuple(step for step in kept.steps if step.index >= failed)
    validators = tuple(step for step in kept.validators if not validating or step.index >= failed)
    return replace(
        kept,
        run_id=fresh.run_id,
        created_at=fresh.created_at,
        expires_at=fresh.expires_at,
        stages=(Stage.STAGE, *left),
        steps=tuple(_restaged(services, fresh.run_id, step) for step in steps),
        validators=tuple(_restaged(services, fresh.run_id, step) for step in validators),
        resources_of=kept.resources_of or kept.run_id,
        layers=LayerUse(off="the run goes on in a VM that was kept"),
    )


def _restaged(services: Services, run_id: str, step: PlannedStep) -> PlannedStep:
    """The earlier run's scripts are gone."""
    name = step_script(step.phase, step.index)
    artifact = services.documents.artifact_path(run_id, name) if step.artifact_blob else ""
    return replace(step, script_blob=services.documents.script_path(run_id, name), artifact_blob=artifact)


def published_source(services: Services, template: ImageTemplate, request: StoredRequest) -> ResolvedSource:
    """What the earlier run published, as a source; BuildFailed(NothingPublished)."""
    earlier = request.redistribute_of
    plan, run = services.documents.find_plan(earlier), services.runs.get(earlier)
    done = [output for output in (run.outputs if run else ()) if output.state is Progress.SUCCEEDED]
    if plan is None or not done:
        message = f"run {earlier} has published nothing that could be distributed again"
        raise BuildFailed(BuildError("NothingPublished", message))
    output = min(done, key=lambda each: PREFERENCE.index(each.type))
    source = resolve(services.arm.compute, _as_source(output, plan), template.location)
    return replace(source, security_type=plan.source.security_type)


def _as_source(output: Output, plan: BuildPlan) -> Source:
    if output.type == "SharedImage":
        return SharedImageVersionSource(output.id, plan.os_state)
    if output.type == "ManagedImage":
        return ManagedImageSource(output.id)
    made = plan.source
    return DiskImageSource("Vhd", output.uri, plan.os_state, made.os_type, made.generation, made.architecture)


def plan_redistribution(services: Services, plan: BuildPlan, template: ImageTemplate) -> BuildPlan:
    """Outputs from a published image, through a disk of it where Azure cannot do without."""
    origin = plan.source.disk or Origin(OriginKind.IMAGE, plan.source.image_id)
    by_disk = tuple(item for item in template.distribute if _needs_disk(item, origin))
    plan = replace(plan, stages=(Stage.STAGE, Stage.REPLICATE, Stage.CLEANUP))
    disk = origin
    if by_disk:
        staged = staged_disk(plan, origin)
        stages = (Stage.STAGE, Stage.CAPTURE, Stage.REPLICATE, Stage.CLEANUP)
        plan = replace(plan, stages=stages, result_image=staged)
        disk = Origin(OriginKind.DISK, staged.id)
    for item in template.distribute:
        match item:
            case SharedImageDistributor():
                definition = check_definition(services, plan, item)
                plan = add_gallery(services, plan, item, definition, origin)
            case ManagedImageDistributor():
                check_managed_image(plan, item)
                plan = add_managed_image(plan, item, disk if item in by_disk else origin)
            case VhdDistributor():
                plan = add_vhd(plan, item, disk)
    return plan


def _needs_disk(item: object, origin: Origin) -> bool:
    """A VHD is copied from a snapshot of a disk; a managed image is not made from an image."""
    if isinstance(item, VhdDistributor):
        return True
    return isinstance(item, ManagedImageDistributor) and origin.kind is OriginKind.IMAGE
