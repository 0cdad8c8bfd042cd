"""Managed disks that a run makes from a snapshot, a disk, a VHD or an image."""

from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import CreationData, Disk, DiskProperties, DiskSku, ImageDiskReference

from shared.azure.errors import azure_errors
from shared.azure.starting import start
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import StagedImage
from shared.domain.resolved_source import Origin, OriginKind


def put_disk(client: ComputeManagementClient, plan: BuildPlan, wanted: StagedImage) -> OperationRef:
    disk = Disk(
        location=plan.location,
        tags=plan.resource_tags,
        sku=DiskSku(name="Premium_LRS"),
        properties=DiskProperties(
            os_type=plan.source.os_type,
            hyper_v_generation=plan.source.generation,
            creation_data=_creation(wanted.origin),
            disk_size_gb=plan.os_disk_gb or None,
        ),
    )
    with azure_errors("create a disk from the source"):
        return start(wanted.id, client.disks.begin_create_or_update, plan.staging_group, wanted.name, disk)


def _creation(origin: Origin) -> CreationData:
    if origin.kind is OriginKind.BLOB:
        return CreationData(
            create_option="Import", source_uri=origin.reference, storage_account_id=origin.account_id
        )
    if origin.kind is OriginKind.IMAGE:
        reference = ImageDiskReference(id=origin.reference)
        in_gallery = "/galleries/" in origin.reference.lower()
        return CreationData(
            create_option="FromImage",
            gallery_image_reference=reference if in_gallery else None,
            image_reference=None if in_gallery else reference,
        )
    return CreationData(create_option="Copy", source_resource_id=origin.reference)
