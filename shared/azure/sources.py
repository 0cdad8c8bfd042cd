"""Source images: which exact version a template means now, and whether it can be built from."""

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery import Version, get_definition, list_versions
from shared.azure.values import text
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.plan import ResolvedSource
from shared.domain.template import PlatformImageSource, SharedImageVersionSource, Source

LATEST = "latest"


def resolve(client: ComputeManagementClient, source: Source, location: str) -> ResolvedSource:
    """Turns `latest` into an exact version; BuildFailed where the image does not fit."""
    if isinstance(source, PlatformImageSource):
        return _platform(client, source, location)
    return _gallery(client, source, location)


def _platform(client: ComputeManagementClient, source: PlatformImageSource, location: str) -> ResolvedSource:
    urn = f"{source.publisher}:{source.offer}:{source.sku}:{source.version}"
    with azure_errors(f"look up Marketplace image {urn}"):
        try:
            version = source.version
            if version.lower() == LATEST:
                version = _newest_platform(client, source, location)
            image = client.virtual_machine_images.get(
                location, source.publisher, source.offer, source.sku, version
            )
        except HttpResponseError as error:
            if is_absent(error):
                raise _no_source(
                    "BadPIRSource", f"there is no Marketplace image {urn} in {location}"
                ) from error
            raise
    properties = image.properties
    disk = properties.os_disk_image if properties else None
    return ResolvedSource(
        version=version,
        generation=text(properties.hyper_v_generation if properties else None, "V1"),
        architecture=text(properties.architecture if properties else None, "x64"),
        os_disk_gb=int(getattr(disk, "size_in_gb", None) or 0),
        publisher=source.publisher,
        offer=source.offer,
        sku=source.sku,
        purchase_plan=source.plan,
    )


def _newest_platform(client: ComputeManagementClient, source: PlatformImageSource, location: str) -> str:
    found = client.virtual_machine_images.list(location, source.publisher, source.offer, source.sku)
    names = [image.name for image in found]
    if not names:
        urn = f"{source.publisher}:{source.offer}:{source.sku}"
        raise _no_source("BadPIRSource", f"Marketplace image {urn} has no version in {location}")
    return max(names, key=_numbers)


def _gallery(
    client: ComputeManagementClient, source: SharedImageVersionSource, location: str
) -> ResolvedSource:
    definition_id, _, wanted = source.image_version_id.rpartition("/versions/")
    definition = get_definition(client, definition_id)
    if definition.os_state != "Generalized":
        message = f"{definition_id} is {definition.os_state}: only generalized images can be a source"
        raise _no_source("BadSharedImageVersionSource", message)
    version = _choose(list_versions(client, definition_id), definition_id, wanted, location)
    return ResolvedSource(
        version=version.name,
        generation=definition.generation,
        architecture=definition.architecture,
        os_disk_gb=version.os_disk_gb,
        image_id=f"{definition_id}/versions/{version.name}",
    )


def _choose(versions: tuple[Version, ...], definition_id: str, wanted: str, location: str) -> Version:
    latest = wanted.lower() == LATEST
    fitting = [v for v in versions if (not v.excluded if latest else v.name == wanted)]
    if not fitting:
        raise _no_source("BadSharedImageVersionSource", f"{definition_id} has no version {wanted}")
    here = [v for v in fitting if location in v.regions]
    if not here:
        message = f"{definition_id}/versions/{wanted} is not replicated to {location}"
        raise _no_source("BadSharedImageVersionSource", message)
    return max(here, key=lambda version: _numbers(version.name))


def _numbers(version: str) -> tuple[int, ...]:
    """x.y.z in its numeric order; anything else comes before all of them."""
    parts = version.split(".")
    return tuple(int(part) for part in parts) if all(part.isdigit() for part in parts) else ()


def _no_source(code: str, message: str) -> BuildFailed:
    return BuildFailed(BuildError(code, message))
