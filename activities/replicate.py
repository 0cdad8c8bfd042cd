"""Replicate: gallery versions into their regions, VHDs into storage."""

from shared.azure import gallery_versions, images, snapshots
from shared.domain.build import IndexedCall, OperationCall, RunCall
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import OperationRef
from shared.domain.vhd_footer import FOOTER_BYTES, footer_fault
from shared.services import Services


def publish_gallery_version(services: Services, call: IndexedCall) -> OperationRef:
    """Publishes gallery output `index` of the plan."""
    plan = services.documents.settled_plan(call.run_id)
    return gallery_versions.put_version(services.arm.compute, plan, plan.galleries[call.index])


def create_managed_image(services: Services, call: IndexedCall) -> OperationRef:
    """Makes managed image output `index` of the plan."""
    plan = services.documents.settled_plan(call.run_id)
    output = plan.images[call.index]
    tags = {**output.tags, "kiln-template": plan.template_name}
    return images.put_image(services.arm.compute, plan, output.image_id, output.origin, tags)


def open_snapshot(services: Services, call: RunCall) -> OperationRef:
    """Asks for the URL to read the snapshot by."""
    return snapshots.grant_read(services.arm.compute, services.documents.settled_plan(call.run_id))


def copy_vhd(services: Services, call: OperationCall) -> OperationRef:
    """Has storage copy the opened snapshot into VHD output `index`; the URL never leaves this function."""
    plan = services.documents.settled_plan(call.run_id)
    output = plan.vhds[call.index]
    source = snapshots.read_granted_url(services.arm.compute, call.operation_url)
    return services.blobs.start_copy(source, output.blob_path, output.metadata, call.run_id)


def check_vhd(services: Services, call: IndexedCall) -> str:
    """Where VHD output `index` lies, as a URL without a signature; fails unless it ends as a VHD does."""
    plan = services.documents.settled_plan(call.run_id)
    path = plan.vhds[call.index].blob_path
    size = services.blobs.size(path) or 0
    footer = services.blobs.read(path, max(0, size - FOOTER_BYTES), FOOTER_BYTES) or b""
    fault = footer_fault(footer, size)
    if fault:
        raise BuildFailed(BuildError("VhdDamaged", f"the copied VHD {path} is damaged: {fault}"))
    return services.blobs.url(path)


def close_snapshot(services: Services, call: RunCall) -> OperationRef:
    """Ends the access that `open_snapshot` began."""
    return snapshots.revoke_read(services.arm.compute, services.documents.settled_plan(call.run_id))
