"""What the lifecycle asks of gallery versions: facts to decide by, users, end of life, exclusion."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from azure.core.exceptions import HttpResponseError
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.compute.models import GalleryImageVersion, ImageReference, OrchestrationMode

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
    """Ids of the machines and scale sets made from each gallery version, by the version's id in lower case.

    Those of this subscription alone: who uses the image from elsewhere is not seen (docs/lifecycle.md).
    """
    users: dict[str, set[str]] = {}
    with azure_errors("list the virtual machines and scale sets"):
        for user_id, image_id in (*_machines(client), *_scale_sets(client)):
            users.setdefault(image_id.lower(), set()).add(user_id)
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
        yield from _use(machine.id, storage.image_reference if storage else None)


def _scale_sets(client: ComputeManagementClient) -> Iterator[tuple[str, str]]:
    """By the model, which the next instance is made from, and by each instance, which may be older than it.

    Instances of a flexible scale set are among the virtual machines.
    """
    for scale_set in client.virtual_machine_scale_sets.list_all():
        properties = scale_set.properties
        profile = properties.virtual_machine_profile if properties else None
        storage = profile.storage_profile if profile else None
        yield from _use(scale_set.id, storage.image_reference if storage else None)
        if properties and properties.orchestration_mode != OrchestrationMode.FLEXIBLE:
            yield from _instances(client, scale_set.id or "")


def _instances(client: ComputeManagementClient, scale_set_id: str) -> Iterator[tuple[str, str]]:
    parts = scale_set_id.split("/")
    try:
        for instance in client.virtual_machine_scale_set_vms.list(parts[4], parts[8]):
            storage = instance.properties.storage_profile if instance.properties else None
            yield from _use(scale_set_id, storage.image_reference if storage else None)
    except HttpResponseError as error:
        if not is_absent(error):  # deleted since it was listed
            raise


def _use(user_id: str | None, image: ImageReference | None) -> Iterator[tuple[str, str]]:
    """`id` may end in latest or name no version; `exact_version` says which one it became.

    A model that names none means the one that latest does, which is kept anyway.
    """
    if user_id and image is not None and image.id:
        definition, _, version = image.id.partition("/versions/")
        exact = image.exact_version or version
        if exact:
            yield user_id, f"{definition}/versions/{exact}"


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
