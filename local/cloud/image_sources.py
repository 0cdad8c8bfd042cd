"""Where the bytes of a machine's disks come from: a platform image, a managed image, or a gallery version."""

from __future__ import annotations

import asyncio
import re
from dataclasses import asdict, dataclass
from typing import Self

from local.cloud import galleries
from local.cloud.arm_ids import parse_id
from local.cloud.catalogue import PlatformImage
from local.cloud.cloud import Cloud
from local.cloud.errors import invalid_parameter, not_implemented
from local.cloud.galleries import existing_image
from local.cloud.json_types import Json
from local.cloud.store import Resource
from local.cloud.volumes import DataVolume, Volume

IMAGES = "microsoft.compute/images"
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
    security_type: str = ""  # the SecurityType feature of a gallery definition
    data_disks: tuple[DataVolume, ...] = ()

    def to_json(self) -> Json:
        return asdict(self)

    @classmethod
    def from_json(cls, document: Json) -> Self:
        platform, data_disks = document["platform"], document.get("data_disks", [])
        return cls(
            **{
                **document,
                "platform": tuple(platform) if platform else None,
                "data_disks": tuple(map(DataVolume.from_json, data_disks)),
            }
        )


def resolve_image(cloud: Cloud, reference: Json, location: str) -> ImageSource:
    """What an `imageReference` means now. Raises ArmError when it cannot be used in this region."""
    if shared := reference.get("sharedGalleryImageId"):
        own = cloud.settings.subscription_id
        version = galleries.find_shared_image(cloud.store, shared, location, own)
        return _gallery_source(cloud, version, location)
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
        return _managed_image_source(existing_image(cloud.store, image_id), location)
    if kind in (galleries.DEFINITIONS.lower(), galleries.VERSIONS.lower()):
        version = galleries.find_version(cloud.store, image_id, location)
        return _gallery_source(cloud, version, location)
    raise not_implemented(f"the image source '{text}'")


async def content_of(cloud: Cloud, source: ImageSource) -> str:
    """The guest's content of the image; builds a platform image on first use (tens of seconds)."""
    if source.platform is None:
        return source.content_id
    publisher, offer, sku, version = source.platform
    reference = {"publisher": publisher, "offer": offer, "sku": sku, "version": version}
    image = cloud.catalogue.resolve(reference).guest_image
    return await asyncio.to_thread(cloud.guest.prepare, image)


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
        data_disks=data_volumes(image, image.properties["storageProfile"]["dataDisks"], "diskSizeGB"),
    )


def data_volumes(image: Resource, disks: list[Json], size: str) -> tuple[DataVolume, ...]:
    """The data disks of a managed image or gallery version, whose documents name them differently."""
    contents = image.internal.get("dataContents", {})
    return tuple(
        DataVolume(
            lun=disk["lun"],
            caching=disk.get("caching") or disk.get("hostCaching") or "None",
            volume=Volume(disk[size], content_id=contents[str(disk["lun"])]),
        )
        for disk in disks
    )


def _gallery_source(cloud: Cloud, version: Resource, location: str) -> ImageSource:
    galleries.check_replicated(version, location)
    definition = cloud.store.get(version.id.parent).properties
    storage = version.properties["storageProfile"]
    return ImageSource(
        os_type=definition["osType"],
        os_state=definition["osState"],
        generation=definition["hyperVGeneration"],
        architecture=definition["architecture"],
        size_gib=storage["osDiskImage"]["sizeInGB"],
        content_id=version.internal["contentId"],
        exact_version=version.id.name,
        security_type=galleries.security_type(definition),
        data_disks=data_volumes(version, storage.get("dataDiskImages", []), "sizeInGB"),
    )
