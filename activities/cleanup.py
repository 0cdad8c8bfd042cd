"""Cleanup: everything the run made and does not keep. By name, so that it converges from any point."""

from shared.azure import gallery, groups
from shared.domain.build import IndexedCall, RunCall
from shared.domain.operations import OperationKind, OperationRef
from shared.services import Services


def delete_staging_group(services: Services, call: RunCall) -> OperationRef:
    """Deletes the group with everything in it; a run that was never planned has none."""
    plan = services.documents.find_plan(call.run_id)
    if plan is None:
        return OperationRef(OperationKind.DONE, call.run_id)
    return groups.delete_group(services.arm.resources, plan.staging_group, plan.subscription_id)


def delete_scripts(services: Services, call: RunCall) -> None:
    """Deletes staged scripts and files; the request, the plan and the logs stay with the run."""
    services.documents.delete_scripts(call.run_id)


def delete_gallery_version(services: Services, call: IndexedCall) -> OperationRef:
    """Deletes gallery output `index`, which was begun and not completed."""
    plan = services.documents.get_plan(call.run_id)
    return gallery.delete_version(services.arm.compute, plan.galleries[call.index].version_id)


def delete_vhd(services: Services, call: IndexedCall) -> None:
    """Deletes VHD output `index`, which was begun and not completed."""
    plan = services.documents.get_plan(call.run_id)
    services.blobs.delete(plan.vhds[call.index].blob_path)
