"""What the lifecycle asks of gallery versions: facts to decide by, users, end of life, exclusion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import GalleryImageVersion

from shared.azure.errors import azure_errors, is_absent
from shared.azure.gallery_ids import VersionAddress
from shared.azure.starting import start
from shared.domain.operations import OperationKind, OperationRef


@dataclass(frozen=True)
class ListedVersion:
    """A version as Azure lists it; `published_at` is aware."""

    id: str
    name: str
    published_at: datetime
    excluded: bool
    end_of_life_at: datetime | None
    tags: dict[str, str] = field(default_factory=dict)


def list_with_dates(client: ComputeManagementClient, definition_id: str) -> tuple[ListedVersion, ...]:
    """All versions of the definition that are published, in no order."""
    address = VersionAddress.parse(definition_id)
    with azure_errors(f"list versions of image definition {address.image}"):
        found = client.gallery_image_versions.list_by_gallery_image(
            address.group, address.gallery, address.image
        )
        return tuple(_listed(version) for version in found if _is_published(version))


def versions_in_use(client: ComputeManagementClient) -> dict[str, tuple[str, ...]]:
    """Ids of the machines made from each gallery version, by the version's id in lower case.

    Machines of this subscription alone: who uses the image from elsewhere is not seen (docs/lifecycle.md).
    """
    users: dict[str, list[str]] = {}
    with azure_errors("list the virtual machines"):
        for machine_id, image_id in _machines(client):
            users.setdefault(image_id.lower(), []).append(machine_id)
    return {image_id: tuple(sorted(ids)) for image_id, ids in users.items()}


def set_end_of_life(
    client: ComputeManagementClient, version_id: str, moment: datetime, *, exclude: bool
) -> OperationRef:
    """Sets the end of life and, if asked, excludes the version from latest; done already is done."""
    address = VersionAddress.parse(version_id)
    with azure_errors(f"read gallery version {address.version}"):
        try:
            version = client.gallery_image_versions.get(
                address.group, address.gallery, address.image, address.version
            )
        except HttpResponseError as error:
            if is_absent(error):
                return OperationRef(OperationKind.DONE, version_id)
            raise
    profile = version.properties.publishing_profile if version.properties else None
    if profile is None:
        return OperationRef(OperationKind.DONE, version_id)
    profile.end_of_life_date = moment
    profile.exclude_from_latest = exclude or bool(profile.exclude_from_latest)
    with azure_errors(f"set the end of life of gallery version {address.version}"):
        return start(
            version_id,
            client.gallery_image_versions.begin_create_or_update,
            address.group,
            address.gallery,
            address.image,
            address.version,
            version,
        )


def _machines(client: ComputeManagementClient) -> Iterator[tuple[str, str]]:
    for machine in client.virtual_machines.list_all():
        storage = machine.properties.storage_profile if machine.properties else None
        image = storage.image_reference if storage else None
        # `id` may end in latest or name no version; `exact_version` says which one it became.
        if image is not None and image.id and machine.id:
            exact = image.exact_version or image.id.rpartition("/versions/")[2]
            yield machine.id, f"{image.id.partition('/versions/')[0]}/versions/{exact}"


def _is_published(version: GalleryImageVersion) -> bool:
    return bool(version.properties and version.properties.publishing_profile)


def _listed(version: GalleryImageVersion) -> ListedVersion:
    profile = version.properties.publishing_profile if version.properties else None
    published = profile.published_date if profile else None
    return ListedVersion(
        id=version.id or "",
        name=version.name or "",
        published_at=published or datetime.now(UTC),
        excluded=bool(profile and profile.exclude_from_latest),
        end_of_life_at=profile.end_of_life_date if profile else None,
        tags=dict(version.tags or {}),
    )
