"""Compute galleries: what definitions and versions there are."""

from collections.abc import Sequence
from dataclasses import dataclass

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import GalleryImageFeature, GalleryImageVersion, VirtualMachineImageFeature

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery_ids import VersionAddress
from shared.azure.values import text
from shared.domain.errors import BuildError, BuildFailed

STANDARD = "Standard"


@dataclass(frozen=True)
class Definition:
    """What matters of an image definition; `location` in ARM's short form.

    `security_type` is the feature's value; a definition without that feature is `Standard`.
    """

    location: str
    os_type: str
    os_state: str
    generation: str
    architecture: str
    security_type: str


@dataclass(frozen=True)
class Version:
    """What matters of a published version as a source."""

    id: str
    name: str
    regions: tuple[str, ...]
    excluded: bool
    os_disk_gb: int
    data_luns: tuple[int, ...] = ()
    published_at: str = ""


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
        security_type=security_type(properties.features if properties else None),
    )


def security_type(features: Sequence[GalleryImageFeature | VirtualMachineImageFeature] | None) -> str:
    """The value of the feature SecurityType; what has none is as Standard."""
    found = [text(feature.value) for feature in features or [] if feature.name == "SecurityType"]
    return found[0] if found else STANDARD


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
    published = profile.published_date if profile else None
    regions = (profile.target_regions if profile else None) or []
    return Version(
        id=version.id or "",
        name=version.name or "",
        regions=tuple(short_region(region.name) for region in regions),
        excluded=bool(profile and profile.exclude_from_latest),
        os_disk_gb=int((disk.size_in_gb if disk else None) or 0),
        data_luns=tuple(item.lun for item in (storage.data_disk_images if storage else None) or []),
        published_at=published.isoformat() if published else "",
    )


def short_region(region: str) -> str:
    """ARM's short form of a region: `westeurope` for `West Europe`."""
    return region.lower().replace(" ", "")
