"""A gallery of a run's own, for a VM that no managed image can be the source of; see docs/adr."""

from dataclasses import replace

from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    Gallery,
    GalleryImage,
    GalleryImageFeature,
    GalleryImageIdentifier,
    GalleryImageProperties,
    GalleryImageVersion,
    GalleryImageVersionProperties,
    GalleryImageVersionPublishingProfile,
    TargetRegion,
)

from shared.azure.errors import azure_errors
from shared.azure.gallery_versions import stored
from shared.azure.starting import start
from shared.domain.operations import OperationKind, OperationRef
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import StagedImage

IMAGE = "image"
VERSION = "1.0.0"


def put_gallery(client: ComputeManagementClient, plan: BuildPlan, wanted: StagedImage) -> OperationRef:
    gallery = Gallery(location=plan.location, tags=plan.resource_tags)
    with azure_errors("create the run's own gallery"):
        return start(
            wanted.id, client.galleries.begin_create_or_update, plan.staging_group, wanted.name, gallery
        )


def put_definition(client: ComputeManagementClient, plan: BuildPlan, wanted: StagedImage) -> OperationRef:
    """As the source is; a VM that is only looked at needs no trusted launch."""
    definition = GalleryImage(
        location=plan.location,
        tags=plan.resource_tags,
        properties=GalleryImageProperties(
            identifier=GalleryImageIdentifier(publisher="Kiln", offer="staging", sku=plan.names.short),
            os_type=plan.source.os_type,
            os_state=wanted.os_state,
            hyper_v_generation=plan.source.generation,
            architecture=plan.source.architecture,
            features=[GalleryImageFeature(name="SecurityType", value="Standard")],
        ),
    )
    with azure_errors("create the run's own image definition"):
        return start(
            wanted.id,
            client.gallery_images.begin_create_or_update,
            plan.staging_group,
            wanted.name,
            IMAGE,
            definition,
        )


def put_version(client: ComputeManagementClient, plan: BuildPlan, wanted: StagedImage) -> OperationRef:
    """One shallow replica, where the VM is to be."""
    profile = GalleryImageVersionPublishingProfile(
        target_regions=[TargetRegion(name=plan.location, regional_replica_count=1)],
        replication_mode="Shallow",
    )
    version = GalleryImageVersion(
        location=plan.location,
        tags=plan.resource_tags,
        properties=GalleryImageVersionProperties(
            publishing_profile=profile, storage_profile=stored(wanted.origin)
        ),
    )
    with azure_errors("create a version in the run's own gallery"):
        operation = start(
            wanted.id,
            client.gallery_image_versions.begin_create_or_update,
            plan.staging_group,
            wanted.name,
            IMAGE,
            VERSION,
            version,
        )
    return replace(operation, kind=OperationKind.GALLERY_VERSION)
