"""Where the bytes of an OS disk come from: a platform image, a managed image, or a gallery version."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import Self

from local.cloud.arm_ids import ArmId, parse_id
from local.cloud.catalogue import PlatformImage, version_order
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError, invalid_parameter, not_implemented
from local.cloud.json_types import Json
from local.cloud.store import Resource

IMAGES = "microsoft.compute/images"
DEFINITIONS = "microsoft.compute/galleries/images"
VERSIONS = "microsoft.compute/galleries/images/versions"
PLATFORM_ID = re.compile(
    r"/subscriptions/[^/]+/providers/microsoft\.compute/locations/[^/]+/publishers/([^/]+)/artifacttypes/vmimage"
    r"/offers/([^/]+)/skus/([^/]+)/versions/([^/]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ImageSource:
    """`content_id` is empty for a platform image, whose content the guest prepares on first use."""

    os_type: str
    os_state: str
    generation: str
    architecture: str
    size_gib: int
    content_id: str = ""
    platform: tuple[str, str, str, str] | None = None  # publisher, offer, sku, version
    exact_version: str = ""

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Json) -> Self:
        platform = document["platform"]
        return cls(**{**document, "platform": tuple(platform) if platform else None})


def resolve_image(cloud: Cloud, reference: Json, location: str) -> ImageSource:
    """What an `imageReference` means now. Raises ArmError when it cannot be used in this region."""
    if not reference.get("id"):
        return _platform_source(cloud.catalogue.resolve(reference))
    if match := PLATFORM_ID.fullmatch(reference["id"]):
        names = dict(zip(("publisher", "offer", "sku", "version"), match.groups(), strict=True))
        return _platform_source(cloud.catalogue.resolve(names))
    return resolve_image_id(cloud, reference["id"], location)


def resolve_image_id(cloud: Cloud, text: str, location: str) -> ImageSource:
    """A managed image, a gallery definition (its latest version) or a gallery version."""
    try:
        image_id = parse_id(text)
    except ValueError as error:
        raise invalid_parameter(
            f"The value '{text}' of imageReference.id is invalid: {error}.", "imageReference.id"
        ) from error
    kind = image_id.type.lower()
    if kind == IMAGES:
        return _managed_image_source(_existing(cloud, image_id), location)
    if kind == DEFINITIONS:
        return _version_source(cloud, _latest_version(cloud, image_id, location), location)
    if kind == VERSIONS and image_id.name.lower() == "latest":
        return _version_source(cloud, _latest_version(cloud, image_id.parent, location), location)
    if kind == VERSIONS:
        return _version_source(cloud, _existing(cloud, image_id), location)
    raise not_implemented(f"the image source '{text}'")


async def content_of(cloud: Cloud, source: ImageSource) -> str:
    """The guest's content of the image; builds a platform image on first use (tens of seconds)."""
    if source.platform is None:
        return source.content_id
    publisher, offer, sku, version = source.platform
    reference = {"publisher": publisher, "offer": offer, "sku": sku, "version": version}
    image = cloud.catalogue.resolve(reference).guest_image
    return await asyncio.to_thread(cloud.guest.prepare, image)


def _existing(cloud: Cloud, image_id: ArmId) -> Resource:
    found = cloud.store.find(image_id)
    if found is None:
        message = (
            f"The image '{image_id}' cannot be found. Verify that all fields in the storage profile are "
            "correct."
        )
        raise ArmError(404, "ImageNotFound", message, "imageReference")
    if found.properties["provisioningState"] != "Succeeded":
        message = (
            f"The image '{image_id}' is not ready: its provisioning state is "
            f"{found.properties['provisioningState']}."
        )
        raise ArmError(409, "OperationNotAllowed", message, "imageReference")
    return found


def _platform_source(image: PlatformImage) -> ImageSource:
    return ImageSource(
        os_type=image.os_type,
        os_state="Generalized",
        generation=image.generation,
        architecture=image.architecture,
        size_gib=image.os_disk_gib,
        platform=(image.publisher, image.offer, image.sku, image.version),
        exact_version=image.version,
    )


def _managed_image_source(image: Resource, location: str) -> ImageSource:
    if image.location != location:
        message = f"The image '{image.id}' is in region {image.location}, not in {location}."
        raise invalid_parameter(message, "imageReference")
    disk = image.properties["storageProfile"]["osDisk"]
    return ImageSource(
        os_type=disk["osType"],
        os_state=disk["osState"],
        generation=image.properties["hyperVGeneration"],
        architecture="x64",
        size_gib=disk["diskSizeGB"],
        content_id=image.internal["contentId"],
    )


def _latest_version(cloud: Cloud, definition: ArmId, location: str) -> Resource:
    """The highest version that is replicated to the region and not excluded from latest there."""
    _existing(cloud, definition)
    candidates = [
        version
        for version in cloud.store.children(definition, VERSIONS)
        if version.properties["provisioningState"] == "Succeeded" and _counts_as_latest(version, location)
    ]
    if not candidates:
        message = f"No version of the gallery image '{definition}' is available in region {location}."
        raise ArmError(404, "GalleryImageNotFound", message, "imageReference")
    return max(candidates, key=lambda version: version_order(version.id.name))


def _counts_as_latest(version: Resource, location: str) -> bool:
    profile = version.properties["publishingProfile"]
    region = _target_region(version, location)
    return bool(region) and not profile.get("excludeFromLatest") and not region.get("excludeFromLatest")


def _target_region(version: Resource, location: str) -> Json:
    """The target region's entry of a version; empty when it is not replicated there."""
    for region in version.properties["publishingProfile"]["targetRegions"]:
        if region["name"].replace(" ", "").lower() == location:
            found: Json = region
            return found
    return {}


def _version_source(cloud: Cloud, version: Resource, location: str) -> ImageSource:
    if not _target_region(version, location):
        message = (
            f"The gallery image {version.id} is not available in {location} region. Please contact image "
            "owner to replicate to this region, or change your requested region."
        )
        raise ArmError(404, "GalleryImageNotFound", message, "imageReference")
    definition = cloud.store.get(version.id.parent).properties
    return ImageSource(
        os_type=definition["osType"],
        os_state=definition["osState"],
        generation=definition["hyperVGeneration"],
        architecture=definition["architecture"],
        size_gib=version.properties["storageProfile"]["osDiskImage"]["sizeInGB"],
        content_id=version.internal["contentId"],
        exact_version=version.id.name,
    )
