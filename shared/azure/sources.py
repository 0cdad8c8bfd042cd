"""Source images: which exact version a template means now, and whether it can be built from."""

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient

from shared.azure.disk_sources import resolve_disk, resolve_managed_image
from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery import security_type
from shared.azure.gallery_sources import resolve_gallery_version
from shared.azure.newest import newest_platform_version
from shared.azure.values import text
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.resolved_source import ResolvedSource
from shared.domain.template import (
    DiskImageSource,
    ManagedImageSource,
    PlatformImageSource,
    SharedImageVersionSource,
    Source,
)
from shared.domain.versions import LATEST


def resolve(client: ComputeManagementClient, source: Source, location: str) -> ResolvedSource:
    """Turns `latest` into an exact version; BuildFailed where the image does not fit."""
    match source:
        case PlatformImageSource():
            return _platform(client, source, location)
        case SharedImageVersionSource():
            return resolve_gallery_version(client, source, location)
        case ManagedImageSource():
            return resolve_managed_image(client, source.image_id, location)
        case DiskImageSource():
            return resolve_disk(client, source, location)


def _platform(client: ComputeManagementClient, source: PlatformImageSource, location: str) -> ResolvedSource:
    urn = f"{source.publisher}:{source.offer}:{source.sku}:{source.version}"
    with azure_errors(f"look up Marketplace image {urn}"):
        try:
            version = source.version
            if version.lower() == LATEST:
                version = newest_platform_version(
                    client, location, source.publisher, source.offer, source.sku
                )
                if not version:
                    raise _no_source(f"Marketplace image {urn} has no version in {location}")
            image = client.virtual_machine_images.get(
                location, source.publisher, source.offer, source.sku, version
            )
        except HttpResponseError as error:
            if is_absent(error):
                raise _no_source(f"there is no Marketplace image {urn} in {location}") from error
            raise
    properties = image.properties
    disk = properties.os_disk_image if properties else None
    data_disks = (properties.data_disk_images if properties else None) or []
    return ResolvedSource(
        version=version,
        generation=text(properties.hyper_v_generation if properties else None, "V1"),
        architecture=text(properties.architecture if properties else None, "x64"),
        os_disk_gb=int(getattr(disk, "size_in_gb", None) or 0),
        os_type=text(disk.operating_system if disk else None, "Linux"),
        security_type=security_type(properties.features if properties else None),
        publisher=source.publisher,
        offer=source.offer,
        sku=source.sku,
        data_luns=tuple(item.lun or 0 for item in data_disks),
        purchase_plan=source.plan,
    )


def _no_source(message: str) -> BuildFailed:
    return BuildFailed(BuildError("BadPIRSource", message))
