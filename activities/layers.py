"""Layers: which one a run begins with, keeping its own, and the end of old ones."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from activities.planning_layers import layer_chain
from activities.planning_machines import begin_with_snapshot, begin_with_source, captured_disk
from activities.stage import load_template
from activities.staged import staged_build
from shared.azure import layers, tagged
from shared.azure.key_vault import exact_uri
from shared.catalog.claims import Claim
from shared.customizers.registry import steps_of
from shared.domain.build import RunCall, StagedBuild, StepCall
from shared.domain.errors import BuildFailed, TransientError
from shared.domain.janitor import Leftover, Leftovers, SweepCall
from shared.domain.layers import (
    BYPASSED,
    CacheUse,
    Found,
    Layer,
    LayerChain,
    StepCache,
    stale_layers,
)
from shared.domain.layers import (
    choose_layer as choose,
)
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan, PlannedStep
from shared.domain.planned_vm import Role
from shared.services import Services

DISK_TYPE = "Microsoft.Compute/disks"
CHOICE = "layer"  # the claim that keeps two calls of one activity from choosing differently
NONE = "none"


def choose_layer(services: Services, call: RunCall) -> StagedBuild:
    """Decides what the build VM begins with, once all inputs are staged; asked again, it says the same."""
    plan = services.documents.get_plan(call.run_id)
    if plan.layers.chain is None:
        plan = _begin(services, plan)
        services.documents.put_plan(plan)
    return staged_build(plan)


def leave_layer(services: Services, call: RunCall) -> StagedBuild:
    """Plans the run without the layer that it was to begin with, which cannot be used."""
    plan = services.documents.get_plan(call.run_id)
    reason = "the layer that holds it could not be used"
    steps = tuple(_missed(cache, reason) for cache in plan.layers.steps)
    plan = replace(plan, layers=replace(plan.layers, layer=None, steps=steps))
    plan = begin_with_source(plan, load_template(services, call.run_id))
    services.documents.put_plan(plan)
    return staged_build(plan)


def delete_layer_disk(services: Services, call: RunCall) -> OperationRef:
    """Deletes the disk that was to be made from a layer: the VM's own will have its name."""
    vm = services.documents.get_plan(call.run_id).vm(Role.BUILD)
    leftover = Leftover(vm.disk_id, DISK_TYPE, call.run_id, "its layer could not be used")
    return tagged.delete_tagged(services.arm, leftover)


def keep_layer(services: Services, call: StepCall) -> OperationRef:
    """Keeps the disk after a customizer that has ended well."""
    plan = services.documents.get_plan(call.run_id)
    disk_id = captured_disk(plan).reference
    group = services.settings.resource_group
    return layers.put_layer(services.arm.compute, plan, group, disk_id, call.index + 1)


def find_stale_layers(services: Services, call: SweepCall) -> Leftovers:
    """Layers that have expired or take more room than they may; changes nothing."""
    known = list(layers.list_layers(services.arm.compute, services.settings.resource_group))
    stale = stale_layers(known, services.settings.layers, datetime.fromisoformat(call.at))
    return Leftovers(
        tuple(Leftover(layer.id, layers.SNAPSHOT_TYPE, layer.run_id, reason) for layer, reason in stale)
    )


def _begin(services: Services, plan: BuildPlan) -> BuildPlan:
    chain = _chain(services, plan)
    found = _find(services, plan, chain)
    plan = replace(plan, layers=replace(plan.layers, chain=chain, steps=found.steps, layer=found.layer))
    return begin_with_snapshot(plan, found.layer.id) if found.layer else plan


def _chain(services: Services, plan: BuildPlan) -> LayerChain:
    steps = steps_of(load_template(services, plan.run_id))
    exact = partial(exact_uri, credential=services.credential, known_hosts=services.settings.vault_hosts)

    def file_digest(step: PlannedStep) -> str:
        return services.blobs.digest(step.artifact_blob) if step.artifact_blob else ""

    return layer_chain(plan, steps, file_digest, exact)


def _find(services: Services, plan: BuildPlan, chain: LayerChain) -> Found:
    """A look that fails costs the run its layers, no more; throttling is waited out as everywhere."""
    if plan.layers.bypasses:
        return _none(plan, BYPASSED)
    try:
        known = list(layers.list_layers(services.arm.compute, services.settings.resource_group))
    except BuildFailed as failure:
        return _none(plan, f"layers could not be looked for: {failure.error.message}")
    except TransientError as error:
        if error.throttled:
            raise
        return _none(plan, f"layers could not be looked for: {error}")
    found = _choose(plan, chain, known)
    mine = found.layer.id if found.layer else NONE
    if services.claims.claim(plan.run_id, CHOICE, mine) is not Claim.TAKEN:
        return found
    chosen = services.claims.owner(plan.run_id, CHOICE)
    return _choose(plan, chain, [layer for layer in known if layer.id == chosen])


def _choose(plan: BuildPlan, chain: LayerChain, known: list[Layer]) -> Found:
    marks = [step.cache for step in plan.steps]
    return choose(chain, marks, known, plan.template_name, datetime.now(UTC))


def _none(plan: BuildPlan, reason: str) -> Found:
    return Found(None, tuple(StepCache(step.index, CacheUse.OFF, reason) for step in plan.steps))


def _missed(cache: StepCache, reason: str) -> StepCache:
    return replace(cache, use=CacheUse.MISS, reason=reason) if cache.use is CacheUse.HIT else cache
