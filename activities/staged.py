"""What the orchestrator is told of a plan."""

from shared.domain.build import Kept, StagedBuild, StagedStep
from shared.domain.layers import MOST_STEPS, CacheUse, Layer, StepCache, cacheable
from shared.domain.ledger import resources_of
from shared.domain.plan import BuildPlan, PlannedStep
from shared.domain.planned_vm import PlannedVm, Role
from shared.domain.run import Output, Phase, Stage
from shared.domain.template import Cache, OnError


def staged_build(plan: BuildPlan) -> StagedBuild:
    galleries = [Output(g.name, g.type, id=g.version_id, version=g.version) for g in plan.galleries]
    images = [Output(i.name, i.type, id=i.image_id) for i in plan.images]
    vhds = [Output(v.name, v.type) for v in plan.vhds]
    return StagedBuild(
        source=plan.source.description,
        stages=plan.stages,
        steps=tuple(_step(plan, step) for step in plan.steps),
        validators=tuple(_step(plan, step) for step in plan.validators),
        outputs=(*galleries, *images, *vhds),
        notes=plan.notes,
        own_network=plan.subnet_id is None,
        source_image=plan.source_image.kind if plan.source_image else None,
        result_image=plan.result_image.kind if plan.result_image else None,
        new_validation_vm=_makes_validation_vm(plan),
        stops_vm=bool(plan.vms),
        generalizes=plan.generalizes,
        needs_snapshot=plan.snapshot_of is not None,
        continue_on_invalid=plan.continue_on_invalid,
        kept_on_error=_kept(plan),
        approval_hours=plan.approval_hours,
        undone_by_name=len(resources_of(plan)) if plan.group.adopted else None,
        uses_layers=not plan.layers.off,
        caches=_caches(plan),
        in_layer=_in_layer(plan),
        layer_note=_layer_note(plan.layers.layer, _in_layer(plan)),
    )


def _caches(plan: BuildPlan) -> tuple[StepCache, ...]:
    """What became of each customizer; empty as long as that is not decided."""
    if plan.layers.off:
        return tuple(StepCache(step.index, CacheUse.OFF, plan.layers.off) for step in plan.steps)
    return plan.layers.steps


def _in_layer(plan: BuildPlan) -> int:
    return sum(1 for cache in plan.layers.steps if cache.use is CacheUse.HIT)


def _layer_note(layer: Layer | None, count: int) -> str:
    """Where the first customizers' work comes from, for who wants to know how the image was made."""
    if layer is None:
        return ""
    held = f"customize[0] to [{count - 1}]" if count > 1 else "customize[0]"
    return f"began with a layer: {held}, kept by run {layer.run_id} at {layer.created_at}"


def is_kept(plan: BuildPlan, step: PlannedStep) -> bool:
    """Whether a layer is kept after the step; after one that always runs it would be of no use."""
    if plan.layers.off or step.phase is not Phase.CUSTOMIZE or step.cache is not Cache.ON:
        return False
    most = min(cacheable([each.cache for each in plan.steps]), MOST_STEPS)
    return _in_layer(plan) <= step.index < most


def _makes_validation_vm(plan: BuildPlan) -> bool:
    """A run that goes on with validating goes on in the VM that was kept."""
    return Stage.CAPTURE in plan.stages and any(vm.role is Role.VALIDATION for vm in plan.vms)


def _step(plan: BuildPlan, step: PlannedStep) -> StagedStep:
    return StagedStep(
        phase=step.phase,
        index=step.index,
        type=step.type,
        name=step.name,
        timeout_seconds=step.timeout_seconds,
        restarts=step.restarts,
        most_restarts=step.most_restarts,
        has_artifact=bool(step.artifact_blob),
        kept=is_kept(plan, step),
    )


def _kept(plan: BuildPlan) -> dict[str, Kept]:
    aborts = {Phase.CUSTOMIZE: plan.on_customizer_error, Phase.VALIDATE: plan.on_validation_error}
    has_vm = Stage.PROVISION in plan.stages or bool(plan.resources_of)
    return {
        phase.value: _kept_vm(plan, plan.vm_of(phase))
        for phase, on_error in aborts.items()
        if on_error is OnError.ABORT and has_vm
    }


def _kept_vm(plan: BuildPlan, vm: PlannedVm) -> Kept:
    """Nothing comes in to the VM's network; a Run Command comes through its agent."""
    kind = "RunPowerShellScript" if plan.source.windows else "RunShellScript"
    place = f"--subscription {plan.subscription_id} -g {plan.staging_group} -n {vm.name}"
    command = f"az vm run-command invoke {place} --command-id {kind} --scripts 'COMMAND'"
    return Kept(vm.name, plan.staging_group, plan.expires_at, command)
