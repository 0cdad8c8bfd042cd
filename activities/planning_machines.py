"""Plans a run's VMs, and the images in the staging group that stand between a source and a VM (docs/adr)."""

from dataclasses import replace

from shared.azure.staging_gallery import IMAGE, VERSION
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import PlannedVm, Role, StagedImage, StagedKind
from shared.domain.resolved_source import Origin, OriginKind
from shared.domain.run import Stage
from shared.domain.template import ImageTemplate, OsState

VM_TYPE = "Microsoft.Compute/virtualMachines"


def plan_machines(plan: BuildPlan, template: ImageTemplate) -> BuildPlan:
    """The build VM; where the result is to be validated, a VM from an image of it as well."""
    plan = begin_with_source(plan, template)
    if Stage.VALIDATE in plan.stages and Stage.CAPTURE in plan.stages:
        plan = with_result_image(plan)
        return replace(plan, vms=(*plan.vms, _validation_vm(plan)))
    return plan


def begin_with_source(plan: BuildPlan, template: ImageTemplate) -> BuildPlan:
    """The build VM from the source, and what stands between them."""
    source = plan.source
    staged = stage_image(plan, source.disk, source.os_state, "src") if source.disk else None
    return _with_build_vm(replace(plan, source_image=staged), _build_vm(plan, template, staged))


def begin_with_snapshot(plan: BuildPlan, snapshot_id: str) -> BuildPlan:
    """The build VM from a disk of that snapshot, under the name that outputs know the disk by."""
    vm = plan.vm(Role.BUILD)
    disk_id = _image_id(plan, StagedKind.DISK, vm.os_disk)
    origin = Origin(OriginKind.SNAPSHOT, snapshot_id)
    disk = StagedImage(StagedKind.DISK, vm.os_disk, disk_id, origin, plan.os_state)
    attached = replace(vm, image_id="", disk_id=disk_id, provisioned=False)
    return _with_build_vm(replace(plan, source_image=disk), attached)


def _with_build_vm(plan: BuildPlan, vm: PlannedVm) -> BuildPlan:
    others = (each for each in plan.vms if each.role is not Role.BUILD)
    return replace(plan, vms=(vm, *others))


def captured_vm(plan: BuildPlan) -> Origin:
    return Origin(OriginKind.VM, plan.resource_id(VM_TYPE, plan.vm(Role.BUILD).name))


def captured_disk(plan: BuildPlan) -> Origin:
    vm = plan.vm(Role.BUILD)
    disk_id = vm.disk_id or plan.resource_id("Microsoft.Compute/disks", vm.os_disk)
    return Origin(OriginKind.DISK, disk_id)


def with_result_image(plan: BuildPlan) -> BuildPlan:
    """An image of the result, for a VM or an output that cannot be made from the build VM itself."""
    if plan.result_image is not None:
        return plan
    return replace(plan, result_image=stage_image(plan, captured_vm(plan), plan.os_state, "result"))


def stage_image(plan: BuildPlan, origin: Origin, os_state: OsState, label: str) -> StagedImage:
    kind = _kind(plan, origin, os_state)
    name = plan.names.gallery(label) if kind is StagedKind.GALLERY_VERSION else plan.names.of(label)
    return StagedImage(kind, name, _image_id(plan, kind, name), origin, os_state)


def staged_disk(plan: BuildPlan, origin: Origin) -> StagedImage:
    """A disk of something published, to take its bytes from; no VM is made from it."""
    name = plan.names.of("result")
    return StagedImage(StagedKind.DISK, name, _image_id(plan, StagedKind.DISK, name), origin, plan.os_state)


def _kind(plan: BuildPlan, origin: Origin, os_state: OsState) -> StagedKind:
    """A disk is fastest, but the VM it is attached to is not provisioned; a managed image holds no Arm64."""
    if os_state is OsState.SPECIALIZED and origin.kind is not OriginKind.VM:
        return StagedKind.DISK
    if os_state is OsState.GENERALIZED and plan.source.architecture == "x64":
        return StagedKind.MANAGED_IMAGE
    return StagedKind.GALLERY_VERSION


def _image_id(plan: BuildPlan, kind: StagedKind, name: str) -> str:
    if kind is StagedKind.MANAGED_IMAGE:
        return plan.resource_id("Microsoft.Compute/images", name)
    if kind is StagedKind.DISK:
        return plan.resource_id("Microsoft.Compute/disks", name)
    gallery = plan.resource_id("Microsoft.Compute/galleries", name)
    return f"{gallery}/images/{IMAGE}/versions/{VERSION}"


def _build_vm(plan: BuildPlan, template: ImageTemplate, staged: StagedImage | None) -> PlannedVm:
    attached = staged is not None and staged.kind is StagedKind.DISK
    return PlannedVm(
        role=Role.BUILD,
        name=plan.names.vm(Role.BUILD),
        nic=plan.names.of("nic"),
        os_disk=plan.names.of("os"),
        image_id="" if attached else (staged.id if staged else plan.source.image_id),
        disk_id=staged.id if staged and attached else "",
        provisioned=plan.source.os_state is OsState.GENERALIZED,
        data_disks_gb=template.data_disks_gb,
        first_lun=max(plan.source.data_luns, default=-1) + 1,
    )


def _validation_vm(plan: BuildPlan) -> PlannedVm:
    return PlannedVm(
        role=Role.VALIDATION,
        name=plan.names.vm(Role.VALIDATION),
        nic=plan.names.of("nic", Role.VALIDATION),
        os_disk=plan.names.of("os", Role.VALIDATION),
        image_id=plan.result_image.id if plan.result_image else "",
        provisioned=plan.generalizes,
    )
