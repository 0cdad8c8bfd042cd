"""Everything that a run may have made in its staging group, by name, in the order in which it is undone.

A group of Kiln's own goes as a whole; this is for a group that was there before, where each has to go alone.
"""

from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import PlannedVm, StagedImage, StagedKind


def resources_of(plan: BuildPlan) -> tuple[tuple[str, str], ...]:
    """Resource type and full ARM id of each, what uses others before what is used."""
    found = [_named(plan, "Microsoft.Compute/virtualMachines", vm.name) for vm in plan.vms]
    for staged in (plan.result_image, plan.source_image):
        found += _of_image(staged) if staged else []
    if plan.snapshot_of is not None:
        found.append(_named(plan, "Microsoft.Compute/snapshots", plan.names.of("snap")))
    for vm in plan.vms:
        found += _of_vm(plan, vm)
    if plan.vms and plan.subnet_id is None:
        for kind, label in (
            ("virtualNetworks", "vnet"),
            ("natGateways", "nat"),
            ("publicIPAddresses", "ip"),
            ("networkSecurityGroups", "nsg"),
        ):
            found.append(_named(plan, f"Microsoft.Network/{kind}", plan.names.of(label)))
    return tuple(found)


def _named(plan: BuildPlan, kind: str, name: str) -> tuple[str, str]:
    return kind, plan.resource_id(kind, name)


def _of_vm(plan: BuildPlan, vm: PlannedVm) -> list[tuple[str, str]]:
    """They go with a VM that was made; one that was not has left them behind."""
    nic = _named(plan, "Microsoft.Network/networkInterfaces", vm.nic)
    disk = _named(plan, "Microsoft.Compute/disks", vm.os_disk)
    return [nic] if vm.disk_id else [nic, disk]


def _of_image(staged: StagedImage) -> list[tuple[str, str]]:
    if staged.kind is StagedKind.MANAGED_IMAGE:
        return [("Microsoft.Compute/images", staged.id)]
    if staged.kind is StagedKind.DISK:
        return [("Microsoft.Compute/disks", staged.id)]
    image, _, _ = staged.id.partition("/versions/")
    gallery, _, _ = image.partition("/images/")
    return [
        ("Microsoft.Compute/galleries/images/versions", staged.id),
        ("Microsoft.Compute/galleries/images", image),
        ("Microsoft.Compute/galleries", gallery),
    ]
