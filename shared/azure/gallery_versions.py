"""Gallery versions: publishing one, following its replication, removing it."""

from dataclasses import replace
from datetime import datetime

from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    GalleryArtifactVersionFullSource,
    GalleryDiskImageSource,
    GalleryImageVersion,
    GalleryImageVersionProperties,
    GalleryImageVersionPublishingProfile,
    GalleryImageVersionStorageProfile,
    GalleryOSDiskImage,
    TargetRegion,
)

from shared.azure.errors import azure_errors
from shared.azure.gallery import short_region
from shared.azure.gallery_ids import VersionAddress
from shared.azure.starting import start, start_unless_absent
from shared.azure.values import text
from shared.domain.errors import BuildError
from shared.domain.operations import (
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
    RegionProgress,
)
from shared.domain.plan import BuildPlan
from shared.domain.planned_output import GalleryOutput
from shared.domain.resolved_source import Origin, OriginKind


def put_version(client: ComputeManagementClient, plan: BuildPlan, output: GalleryOutput) -> OperationRef:
    """Publishes from what the plan says, if it can straight from the VM: so Arm64 works too."""
    address = VersionAddress.parse(output.version_id)
    version = GalleryImageVersion(
        location=output.location,
        tags={**output.tags, "kiln-template": plan.template_name},
        properties=GalleryImageVersionProperties(
            publishing_profile=_profile(output), storage_profile=stored(output.origin)
        ),
    )
    with azure_errors(f"publish gallery version {output.version}"):
        operation = start(
            output.version_id,
            client.gallery_image_versions.begin_create_or_update,
            address.group,
            address.gallery,
            address.image,
            address.version,
            version,
        )
    what = f"{operation.what} to {len(output.target_regions)}"
    return replace(operation, kind=OperationKind.GALLERY_VERSION, what=what)


def _profile(output: GalleryOutput) -> GalleryImageVersionPublishingProfile:
    regions = [
        TargetRegion(
            name=region.name,
            regional_replica_count=region.replica_count,
            storage_account_type=region.storage_account_type,
        )
        for region in output.target_regions
    ]
    return GalleryImageVersionPublishingProfile(
        target_regions=regions,
        exclude_from_latest=output.exclude_from_latest,
        replication_mode=output.replication_mode,
        end_of_life_date=datetime.fromisoformat(output.end_of_life) if output.end_of_life else None,
    )


def stored(origin: Origin) -> GalleryImageVersionStorageProfile:
    """Where a version's disks come from."""
    if origin.kind is OriginKind.VM:
        source = GalleryArtifactVersionFullSource(virtual_machine_id=origin.reference)
        return GalleryImageVersionStorageProfile(source=source)
    if origin.kind is OriginKind.IMAGE:
        return GalleryImageVersionStorageProfile(source=GalleryArtifactVersionFullSource(id=origin.reference))
    if origin.kind is OriginKind.BLOB:
        disk = GalleryDiskImageSource(uri=origin.reference, storage_account_id=origin.account_id)
    else:
        disk = GalleryDiskImageSource(id=origin.reference)
    return GalleryImageVersionStorageProfile(os_disk_image=GalleryOSDiskImage(source=disk))


def poll_version(client: ComputeManagementClient, version_id: str) -> OperationStatus:
    """Provisioning state and replication per region, in one request."""
    address = VersionAddress.parse(version_id)
    with azure_errors(f"read gallery version {address.version}"):
        version = client.gallery_image_versions.get(
            address.group, address.gallery, address.image, address.version, expand="ReplicationStatus"
        )
    properties = version.properties
    state = text(properties.provisioning_state if properties else None, "Creating")
    regions = _regions(properties)
    if state == "Succeeded":
        return OperationStatus(OperationState.SUCCEEDED, regions=regions)
    if state == "Failed":
        message = f"publishing gallery version {address.version} failed"
        details = {"regions": ", ".join(f"{r.name}: {r.state}" for r in regions)}
        error = BuildError("GalleryVersionFailed", message, details=details)
        return OperationStatus(OperationState.FAILED, error=error, regions=regions)
    return OperationStatus(OperationState.IN_PROGRESS, regions=regions)


def _regions(properties: GalleryImageVersionProperties | None) -> tuple[RegionProgress, ...]:
    status = properties.replication_status if properties else None
    summary = (status.summary if status else None) or []
    return tuple(
        RegionProgress(short_region(item.region or ""), text(item.state, "Unknown"), int(item.progress or 0))
        for item in summary
    )


def delete_version(client: ComputeManagementClient, version_id: str) -> OperationRef:
    """Starts deleting a version; one that is not there counts as deleted."""
    address = VersionAddress.parse(version_id)
    with azure_errors(f"delete gallery version {address.version}"):
        return start_unless_absent(
            version_id,
            client.gallery_image_versions.begin_delete,
            address.group,
            address.gallery,
            address.image,
            address.version,
        )
