"""Replicate: gallery versions into their regions, VHDs into storage."""

from shared.azure import gallery_versions, images, snapshots
from shared.domain.build import IndexedCall, OperationCall, RunCall
from shared.domain.operations import OperationRef
from shared.services import Services


def publish_gallery_version(services: Services, call: IndexedCall) -> OperationRef:
    """Publishes gallery output `index` of the plan."""
    plan = services.documents.get_plan(call.run_id)
    return gallery_versions.put_version(services.arm.compute, plan, plan.galleries[call.index])


def create_managed_image(services: Services, call: IndexedCall) -> OperationRef:
    """Makes managed image output `index` of the plan."""
    plan = services.documents.get_plan(call.run_id)
    output = plan.images[call.index]
    tags = {**output.tags, "kiln-template": plan.template_name}
    return images.put_image(services.arm.compute, plan, output.image_id, output.origin, tags)


def open_snapshot(services: Services, call: RunCall) -> OperationRef:
    """Asks for the URL to read the snapshot by."""
    return snapshots.grant_read(services.arm.compute, services.documents.get_plan(call.run_id))


def copy_vhd(services: Services, call: OperationCall) -> OperationRef:
    """Has storage copy the opened snapshot into VHD output `index`; the URL never leaves this function."""
    plan = services.documents.get_plan(call.run_id)
    output = plan.vhds[call.index]
    source = snapshots.read_granted_url(services.arm.compute, call.operation_url)
    return services.blobs.start_copy(source, output.blob_path, output.metadata, call.run_id)


def vhd_uri(services: Services, call: IndexedCall) -> str:
    """Where VHD output `index` lies: a URL without a signature."""
    plan = services.documents.get_plan(call.run_id)
    return services.blobs.url(plan.vhds[call.index].blob_path)


def close_snapshot(services: Services, call: RunCall) -> OperationRef:
    """Ends the access that `open_snapshot` began."""
    return snapshots.revoke_read(services.arm.compute, services.documents.get_plan(call.run_id))
