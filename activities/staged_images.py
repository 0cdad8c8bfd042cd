"""Images and disks in the staging group, for a VM that cannot be made from its source directly."""

from shared.azure import disks, images, staging_gallery
from shared.domain.build import VmCall
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import Role, StagedImage
from shared.services import Services


def create_staged_image(services: Services, call: VmCall) -> OperationRef:
    plan, wanted = _wanted(services, call)
    return images.put_image(services.arm.compute, plan, wanted.id, wanted.origin, plan.resource_tags)


def create_staged_disk(services: Services, call: VmCall) -> OperationRef:
    plan, wanted = _wanted(services, call)
    return disks.put_disk(services.arm.compute, plan, wanted)


def create_staged_gallery(services: Services, call: VmCall) -> OperationRef:
    plan, wanted = _wanted(services, call)
    return staging_gallery.put_gallery(services.arm.compute, plan, wanted)


def create_staged_definition(services: Services, call: VmCall) -> OperationRef:
    plan, wanted = _wanted(services, call)
    return staging_gallery.put_definition(services.arm.compute, plan, wanted)


def create_staged_version(services: Services, call: VmCall) -> OperationRef:
    plan, wanted = _wanted(services, call)
    return staging_gallery.put_version(services.arm.compute, plan, wanted)


def _wanted(services: Services, call: VmCall) -> tuple[BuildPlan, StagedImage]:
    """The image that the VM of that role is made from."""
    plan = services.documents.get_plan(call.run_id)
    wanted = plan.source_image if call.role is Role.BUILD else plan.result_image
    if wanted is None:
        message = f"the run's plan has no image for the {call.role} VM"
        raise BuildFailed(BuildError("DocumentNotFound", message))
    return plan, wanted
