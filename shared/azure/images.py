"""Managed images: those that a run publishes, and those that it makes for a VM of its own."""

from collections.abc import Mapping

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import Image, ImageOSDisk, ImageProperties, ImageStorageProfile, SubResource

from shared.azure.errors import azure_errors, is_absent
from shared.azure.starting import start, start_unless_absent
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.domain.resolved_source import Origin, OriginKind


def put_image(
    client: ComputeManagementClient, plan: BuildPlan, image_id: str, origin: Origin, tags: Mapping[str, str]
) -> OperationRef:
    """Makes the managed image `image_id` (full ARM id) in the run's region."""
    group, name = _address(image_id)
    image = Image(location=plan.location, tags=dict(tags), properties=_properties(plan, origin))
    with azure_errors(f"create managed image {name}"):
        return start(image_id, client.images.begin_create_or_update, group, name, image)


def _properties(plan: BuildPlan, origin: Origin) -> ImageProperties:
    generation = plan.source.generation
    if origin.kind is OriginKind.VM:
        machine = SubResource(id=origin.reference)
        return ImageProperties(source_virtual_machine=machine, hyper_v_generation=generation)
    disk = ImageOSDisk(os_type=plan.source.os_type, os_state="Generalized")
    if origin.kind is OriginKind.BLOB:
        disk.blob_uri = origin.reference
    elif origin.kind is OriginKind.SNAPSHOT:
        disk.snapshot = SubResource(id=origin.reference)
    else:
        disk.managed_disk = SubResource(id=origin.reference)
    return ImageProperties(storage_profile=ImageStorageProfile(os_disk=disk), hyper_v_generation=generation)


def image_exists(client: ComputeManagementClient, image_id: str) -> bool:
    group, name = _address(image_id)
    with azure_errors(f"look for managed image {name}"):
        try:
            client.images.get(group, name)
        except HttpResponseError as error:
            if is_absent(error):
                return False
            raise
        return True


def delete_image(client: ComputeManagementClient, image_id: str) -> OperationRef:
    """Starts deleting an image; one that is not there counts as deleted."""
    group, name = _address(image_id)
    with azure_errors(f"delete managed image {name}"):
        return start_unless_absent(image_id, client.images.begin_delete, group, name)


def _address(image_id: str) -> tuple[str, str]:
    """Resource group and name of `/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/images/I`."""
    parts = image_id.split("/")
    return parts[4], parts[8]
