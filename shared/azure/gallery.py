"""Compute galleries: definitions, versions and their replication."""

from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import (
    GalleryArtifactVersionFullSource,
    GalleryImageVersion,
    GalleryImageVersionProperties,
    GalleryImageVersionPublishingProfile,
    GalleryImageVersionStorageProfile,
    TargetRegion,
)

from shared.azure.errors import azure_errors, is_absent
from shared.azure.starting import start, start_unless_absent
from shared.azure.values import text
from shared.azure.vm import vm_id
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.operations import (
    OperationKind,
    OperationRef,
    OperationState,
    OperationStatus,
    RegionProgress,
)
from shared.domain.plan import BuildPlan, GalleryOutput


@dataclass(frozen=True)
class VersionAddress:
    """The parts of a gallery version's ARM id (`…/galleries/G/images/I/versions/V`)."""

    group: str
    gallery: str
    image: str
    version: str

    @classmethod
    def parse(cls, version_id: str) -> "VersionAddress":
        parts = version_id.strip("/").split("/")
        return cls(parts[3], parts[7], parts[9], parts[11] if len(parts) > 11 else "")  # noqa: PLR2004


@dataclass(frozen=True)
class Definition:
    """What matters of an image definition; `location` in ARM's short form."""

    location: str
    os_type: str
    os_state: str
    generation: str
    architecture: str


@dataclass(frozen=True)
class Version:
    """What matters of a published version as a source."""

    id: str
    name: str
    regions: tuple[str, ...]
    excluded: bool
    os_disk_gb: int


def get_definition(client: ComputeManagementClient, definition_id: str) -> Definition:
    """Reads the definition; BuildFailed(GalleryImageNotFound) when there is none."""
    address = VersionAddress.parse(definition_id)
    with azure_errors(f"read image definition {address.image}"):
        try:
            image = client.gallery_images.get(address.group, address.gallery, address.image)
        except HttpResponseError as error:
            if is_absent(error):
                message = f"there is no image definition {definition_id}"
                raise BuildFailed(BuildError("GalleryImageNotFound", message)) from error
            raise
    properties = image.properties
    return Definition(
        location=image.location,
        os_type=text(properties.os_type if properties else None),
        os_state=text(properties.os_state if properties else None),
        generation=text(properties.hyper_v_generation if properties else None, "V1"),
        architecture=text(properties.architecture if properties else None, "x64"),
    )


def list_versions(client: ComputeManagementClient, definition_id: str) -> tuple[Version, ...]:
    """All versions of the definition, in no order."""
    address = VersionAddress.parse(definition_id)
    with azure_errors(f"list versions of image definition {address.image}"):
        found = client.gallery_image_versions.list_by_gallery_image(
            address.group, address.gallery, address.image
        )
        return tuple(_version(version) for version in found)


def _version(version: GalleryImageVersion) -> Version:
    properties = version.properties
    profile = properties.publishing_profile if properties else None
    storage = properties.storage_profile if properties else None
    disk = storage.os_disk_image if storage else None
    regions = (profile.target_regions if profile else None) or []
    return Version(
        id=version.id or "",
        name=version.name or "",
        regions=tuple(_short(region.name) for region in regions),
        excluded=bool(profile and profile.exclude_from_latest),
        os_disk_gb=int((disk.size_in_gb if disk else None) or 0),
    )


def put_version(client: ComputeManagementClient, plan: BuildPlan, output: GalleryOutput) -> OperationRef:
    """Publishes straight from the generalized VM: no managed image between, so Arm64 works too."""
    address = VersionAddress.parse(output.version_id)
    regions = [
        TargetRegion(
            name=region.name,
            regional_replica_count=region.replica_count,
            storage_account_type=region.storage_account_type,
        )
        for region in output.target_regions
    ]
    version = GalleryImageVersion(
        location=output.location,
        tags={**output.tags, "kiln-template": plan.template_name},
        properties=GalleryImageVersionProperties(
            publishing_profile=GalleryImageVersionPublishingProfile(
                target_regions=regions,
                exclude_from_latest=output.exclude_from_latest,
                replication_mode=output.replication_mode,
            ),
            storage_profile=GalleryImageVersionStorageProfile(
                source=GalleryArtifactVersionFullSource(virtual_machine_id=vm_id(plan))
            ),
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
    return OperationRef(OperationKind.GALLERY_VERSION, output.version_id, operation.url)


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
        RegionProgress(_short(item.region or ""), text(item.state, "Unknown"), int(item.progress or 0))
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


def _short(region: str) -> str:
    """ARM's short form of a region: `westeurope` for `West Europe`."""
    return region.lower().replace(" ", "")
