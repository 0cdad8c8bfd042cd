"""Gallery versions as sources: of a gallery of one's own, or shared directly by another subscription."""

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery import Version, get_definition, list_versions, security_type
from shared.azure.values import text
from shared.domain.errors import BuildError, BuildFailed
from shared.domain.resolved_source import ResolvedSource
from shared.domain.template import OsState, SharedImageVersionSource
from shared.domain.versions import LATEST, version_key

# A VM with either needs a security type of its own, which a build VM does not have (as at AIB).
UNBUILDABLE = frozenset({"TrustedLaunch", "ConfidentialVM"})


def resolve_gallery_version(
    client: ComputeManagementClient, source: SharedImageVersionSource, location: str
) -> ResolvedSource:
    """The exact version, as `location` has it; BuildFailed(BadSharedImageVersionSource)."""
    version_id = source.image_version_id
    if version_id.lower().startswith("/sharedgalleries/"):
        return _shared(client, version_id, location)
    definition_id, _, wanted = version_id.rpartition("/versions/")
    definition = get_definition(client, definition_id)
    if definition.security_type in UNBUILDABLE:
        raise _no_source(f"{definition_id} has the security type {definition.security_type}")
    if definition.os_state != source.os_state:
        message = f"{definition_id} is {definition.os_state}; the template's source says {source.os_state}"
        raise _no_source(message)
    version = _choose(list_versions(client, definition_id), definition_id, wanted, location)
    return ResolvedSource(
        version=version.name,
        generation=definition.generation,
        architecture=definition.architecture,
        os_disk_gb=version.os_disk_gb,
        os_type=definition.os_type,
        os_state=OsState(definition.os_state),
        security_type=definition.security_type,
        image_id=f"{definition_id}/versions/{version.name}",
        data_luns=version.data_luns,
        published_at=version.published_at,
    )


def _choose(versions: tuple[Version, ...], definition_id: str, wanted: str, location: str) -> Version:
    latest = wanted.lower() == LATEST
    fitting = [v for v in versions if (not v.excluded if latest else v.name == wanted)]
    if not fitting:
        raise _no_source(f"{definition_id} has no version {wanted}")
    here = [v for v in fitting if location in v.regions]
    if not here:
        raise _no_source(f"{definition_id}/versions/{wanted} is not replicated to {location}")
    return max(here, key=lambda version: version_key(version.name))


def _shared(client: ComputeManagementClient, version_id: str, location: str) -> ResolvedSource:
    """`/sharedGalleries/<unique name>/images/<image>/versions/<version>`, as its owner shares it here."""
    _, _, gallery, _, image, _, wanted = version_id.split("/")
    with azure_errors(f"look up shared image {image}"):
        try:
            properties = client.shared_gallery_images.get(location, gallery, image).properties
            names = [wanted]
            if wanted.lower() == LATEST:
                found = client.shared_gallery_image_versions.list(location, gallery, image)
                names = [
                    v.name or "" for v in found if not (v.properties and v.properties.exclude_from_latest)
                ]
            name = max(names, key=version_key, default="")
            if name:
                client.shared_gallery_image_versions.get(location, gallery, image, name)
        except HttpResponseError as error:
            if is_absent(error):
                raise _no_source(
                    f"{version_id} is not shared with this subscription in {location}"
                ) from error
            raise
    if not name or properties is None:
        raise _no_source(f"{version_id} has no version in {location}")
    return ResolvedSource(
        version=name,
        generation=text(properties.hyper_v_generation, "V1"),
        architecture=text(properties.architecture, "x64"),
        os_disk_gb=0,
        os_type=text(properties.os_type),
        os_state=OsState(text(properties.os_state)),
        security_type=security_type(properties.features),
        image_id=f"/sharedGalleries/{gallery}/images/{image}/versions/{name}",
    )


def _no_source(message: str) -> BuildFailed:
    return BuildFailed(BuildError("BadSharedImageVersionSource", message))
