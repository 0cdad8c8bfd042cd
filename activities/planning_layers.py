"""Plans a run's use of layers: whether it may, and what its build VM's disk will come from."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.errors import BuildError, BuildFailed
from shared.domain.layers import CACHE_TAG, LayerChain, LayerUse, digest
from shared.domain.plan import BuildPlan, PlannedStep
from shared.domain.run import Stage
from shared.domain.steps import Step
from shared.domain.template import ImageTemplate

SWITCH = ("on", "off")


def plan_layers(plan: BuildPlan, template: ImageTemplate, days: int, *, bypasses: bool) -> BuildPlan:
    """Layers that the run keeps live for `days` from its beginning; 0 is none at all."""
    switch = template.tags.get(CACHE_TAG, "on")
    if switch not in SWITCH:
        raise BuildFailed(BuildError("ValidationFailed", f"tags.{CACHE_TAG}: must be {' or '.join(SWITCH)}"))
    expires = datetime.fromisoformat(plan.created_at) + timedelta(days=days)
    off = _off(plan, days, switch)
    return replace(plan, layers=LayerUse(off=off, bypasses=bypasses, expires_at=expires.isoformat()))


def _off(plan: BuildPlan, days: int, switch: str) -> str:
    """Why there are no layers for this run; the first reason that holds, empty when none does."""
    reasons = (
        (not plan.steps or Stage.CAPTURE not in plan.stages, "there is nothing to customize"),
        (not days, "no layers are kept here: KILN_LAYER_DAYS is 0"),
        (switch == "off", f"the template's tag {CACHE_TAG} is off"),
        (plan.source.windows, "layers are kept of Linux disks only"),
        (not plan.generalizes, "a specialized image keeps what one machine was"),
        (_may_change(plan), "the source can change without a new version"),
        (_has_data_disks(plan), "the VM has data disks, and a layer holds the OS disk alone"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _may_change(plan: BuildPlan) -> bool:
    """Platform images and gallery versions stay what they are; managed images, disks and blobs need not."""
    image = plan.source.image_id.lower()
    return plan.source.disk is not None or bool(image and "galleries/" not in image)


def _has_data_disks(plan: BuildPlan) -> bool:
    return bool(plan.source.data_luns) or any(vm.data_disks_gb for vm in plan.vms)


def layer_chain(
    plan: BuildPlan,
    steps: tuple[Step, ...],
    file_digest: Callable[[PlannedStep], str],
    exact_secret: Callable[[str], str],
) -> LayerChain:
    """`file_digest` gives the SHA-256 of a step's staged file, `exact_secret` a secret's URI with version.

    No value of a secret goes into a digest, nor the address that a file was fetched from.
    """
    source = plan.source
    machine = [plan.location, plan.vm_size, plan.os_disk_gb, plan.subnet_id, sorted(plan.identities)]
    return LayerChain(
        source=digest([source.description, source.published_at]),
        machine=digest([*machine, source.generation, source.architecture]),
        steps=tuple(
            _step_digest(step, file_digest(planned), exact_secret)
            for step, planned in zip(steps, plan.steps, strict=True)
        ),
    )


def _step_digest(step: Step, file: str, exact_secret: Callable[[str], str]) -> str:
    secrets = {name: exact_secret(uri) for name, uri in step.secrets.items()}
    return digest([step.type, step.kind, step.script, file, step.environment, secrets])
