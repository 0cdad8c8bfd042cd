"""Cleanup: everything the run made and does not keep. By name, so that it converges from any point."""

from shared.azure import gallery_versions, groups, images, tagged
from shared.domain.build import IndexedCall, RunCall
from shared.domain.janitor import Leftover
from shared.domain.ledger import resources_of
from shared.domain.operations import OperationKind, OperationRef
from shared.services import Services


def delete_staging_group(services: Services, call: RunCall) -> OperationRef:
    """Deletes the group with everything in it; a run without a plan has none, an adopted one stays."""
    plan = services.documents.find_plan(call.run_id)
    if plan is None or plan.group.adopted:
        return OperationRef(OperationKind.DONE, call.run_id)
    return groups.delete_group(services.arm.resources, plan.staging_group, plan.subscription_id)


def delete_staged_resource(services: Services, call: IndexedCall) -> OperationRef:
    """Deletes resource `index` of the run's ledger from a group that stays."""
    kind, resource_id = resources_of(services.documents.get_plan(call.run_id))[call.index]
    return tagged.delete_tagged(services.arm, Leftover(resource_id, kind, call.run_id, "its run has ended"))


def release_staging_group(services: Services, call: RunCall) -> None:
    """Gives a group that was there before its own tags back."""
    plan = services.documents.get_plan(call.run_id)
    groups.put_group(services.arm.resources, plan.staging_group, plan.location, plan.group.tags)


def delete_scripts(services: Services, call: RunCall) -> None:
    """Deletes staged scripts and files; the request, the plan and the logs stay with the run."""
    services.documents.delete_scripts(call.run_id)


def delete_gallery_version(services: Services, call: IndexedCall) -> OperationRef:
    """Deletes gallery output `index`, which was begun and not completed."""
    plan = services.documents.get_plan(call.run_id)
    return gallery_versions.delete_version(services.arm.compute, plan.galleries[call.index].version_id)


def delete_managed_image(services: Services, call: IndexedCall) -> OperationRef:
    """Deletes managed image output `index`, which was begun and not completed."""
    plan = services.documents.get_plan(call.run_id)
    return images.delete_image(services.arm.compute, plan.images[call.index].image_id)


def delete_vhd(services: Services, call: IndexedCall) -> None:
    """Deletes VHD output `index`, which was begun and not completed."""
    plan = services.documents.get_plan(call.run_id)
    path = plan.vhds[call.index].blob_path
    # A template may name the blob, and then another run's VHD may lie there still.
    if services.blobs.owner(path) == call.run_id:
        services.blobs.delete(path)
