"""Finding an image version: by its id, as the latest of its definition, or in a gallery that is shared."""

from __future__ import annotations

import re

from local.cloud.arm_ids import ArmId
from local.cloud.catalogue import version_order
from local.cloud.errors import ArmError, invalid_parameter
from local.cloud.json_types import Json
from local.cloud.locations import canonical_location
from local.cloud.store import Resource, Store

GALLERIES = "Microsoft.Compute/galleries"
DEFINITIONS = "Microsoft.Compute/galleries/images"
VERSIONS = "Microsoft.Compute/galleries/images/versions"
SHARED_ID = re.compile(
    r"/sharedGalleries/(?P<gallery>[^/]+)/images/(?P<image>[^/]+)(?:/versions/(?P<version>[^/]+))?",
    re.IGNORECASE,
)


def existing_image(store: Store, image_id: ArmId) -> Resource:
    """Raises ArmError when the image is not there or not ready."""
    found = store.find(image_id)
    if found is None:
        message = (
            f"The image '{image_id}' cannot be found. Verify that all fields in the storage profile are "
            "correct."
        )
        raise ArmError(404, "ImageNotFound", message, "imageReference")
    if not is_ready(found):
        state = found.properties["provisioningState"]
        message = f"The image '{image_id}' is not ready: its provisioning state is {state}."
        raise ArmError(409, "OperationNotAllowed", message, "imageReference")
    return found


def is_ready(resource: Resource) -> bool:
    """While its regions change, a version goes on serving those that it has already."""
    state = resource.properties["provisioningState"]
    return state == "Succeeded" or (state == "Updating" and bool(resource.internal.get("replicated")))


def find_version(store: Store, image_id: ArmId, location: str) -> Resource:
    """The version of this id; of a definition or `versions/latest`, the highest one that is fit for it."""
    if image_id.type.lower() == DEFINITIONS.lower():
        return _latest_version(store, image_id, location)
    if image_id.name.lower() == "latest":
        return _latest_version(store, image_id.parent, location)
    return existing_image(store, image_id)


def _latest_version(store: Store, definition: ArmId, location: str) -> Resource:
    """The highest version that is replicated to the region and not excluded from latest there."""
    existing_image(store, definition)
    candidates = [
        version for version in store.children(definition, VERSIONS) if counts_as_latest(version, location)
    ]
    if not candidates:
        message = f"No version of the gallery image '{definition}' is available in region {location}."
        raise ArmError(404, "GalleryImageNotFound", message, "imageReference")
    return max(candidates, key=lambda version: version_order(version.id.name))


def counts_as_latest(version: Resource, location: str) -> bool:
    excluded = version.properties["publishingProfile"].get("excludeFromLatest")
    region = target_region(version, location)
    return is_replicated(version, location) and not excluded and not region.get("excludeFromLatest")


def is_replicated(version: Resource, location: str) -> bool:
    """Whether machines in the region can be made of it now."""
    return is_ready(version) and location in version.internal.get("replicated", [])


def check_replicated(version: Resource, location: str) -> None:
    """Raises ArmError 404 as Azure does."""
    if not is_replicated(version, location):
        message = (
            f"The gallery image {version.id} is not available in {location} region. Please contact image "
            "owner to replicate to this region, or change your requested region."
        )
        raise ArmError(404, "GalleryImageNotFound", message, "imageReference")


def target_region(version: Resource, location: str) -> Json:
    """The target region's entry of a version; empty when it is none."""
    regions: list[Json] = version.properties["publishingProfile"]["targetRegions"]
    return next((region for region in regions if canonical_location(region["name"]) == location), {})


def security_type(definition: Json) -> str:
    """The value of the SecurityType feature; empty when there is none."""
    features = definition.get("features", [])
    return next((feature["value"] for feature in features if feature.get("name") == "SecurityType"), "")


def shared_galleries(store: Store, subscription: str) -> list[Resource]:
    """Those that are shared with the subscription or with a tenant; here there is one tenant."""
    return [gallery for gallery in store.resources(type_name=GALLERIES) if _is_shared(gallery, subscription)]


def _is_shared(gallery: Resource, subscription: str) -> bool:
    groups = gallery.properties.get("sharingProfile", {}).get("groups", [])
    return any(group["type"] == "AADTenants" or subscription.lower() in group["ids"] for group in groups)


def find_shared_gallery(store: Store, unique_name: str, subscription: str) -> Resource:
    """The gallery of this unique name, if it is shared with the subscription. Raises ArmError 404."""
    for gallery in shared_galleries(store, subscription):
        if gallery.properties["identifier"]["uniqueName"].lower() == unique_name.lower():
            return gallery
    message = f"The shared gallery '{unique_name}' was not found, or is not shared with this subscription."
    raise ArmError(404, "GalleryNotFound", message)


def find_shared_image(store: Store, text: str, location: str, subscription: str) -> Resource:
    """The version of a `sharedGalleryImageId`. Raises ArmError."""
    if not (match := SHARED_ID.fullmatch(text)):
        message = f"The value '{text}' of imageReference.sharedGalleryImageId is invalid."
        raise invalid_parameter(message, "imageReference.sharedGalleryImageId")
    gallery = find_shared_gallery(store, match["gallery"], subscription)
    definition = gallery.id.child("images", match["image"])
    version = match["version"] or "latest"
    return find_version(store, definition.child("versions", version), location)
