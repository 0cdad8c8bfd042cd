"""Galleries that others share directly: read-only, by region and the gallery's unique name.

There is one subscription here, so a gallery that is shared with it stands for another subscription's.
"""

from __future__ import annotations

from collections.abc import Mapping

from local.cloud import galleries
from local.cloud.cloud import Cloud
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.locations import canonical_location
from local.cloud.paging import page
from local.cloud.readings import Reading
from local.cloud.requests import Answer, ArmRequest
from local.cloud.store import Resource

BASE = "/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/sharedGalleries"
GALLERY = f"{BASE}/{{gallery}}"
IMAGE = f"{GALLERY}/images/{{image}}"
IMAGE_FACTS = (
    "osType",
    "osState",
    "endOfLifeDate",
    "identifier",
    "recommended",
    "disallowed",
    "hyperVGeneration",
    "features",
    "purchasePlan",
    "architecture",
    "privacyStatementUri",
    "eula",
)

Names = Mapping[str, str]


class SharedGalleryReadings:
    def __init__(self, cloud: Cloud) -> None:
        self._store = cloud.store
        self._arm = cloud.settings.arm

    def readings(self) -> list[Reading]:
        return [
            Reading(BASE, self._galleries),
            Reading(GALLERY, self._gallery),
            Reading(f"{GALLERY}/images", self._images),
            Reading(IMAGE, self._image),
            Reading(f"{IMAGE}/versions", self._versions),
            Reading(f"{IMAGE}/versions/{{version}}", self._version),
        ]

    def _find(self, names: Names) -> Resource:
        return galleries.find_shared_gallery(self._store, names["gallery"], names["subscription"])

    def _galleries(self, request: ArmRequest, names: Names) -> Answer:
        found = galleries.shared_galleries(self._store, names["subscription"])
        return page(self._arm, request, [_document(gallery, gallery, names) for gallery in found])

    def _gallery(self, request: ArmRequest, names: Names) -> Answer:
        del request
        gallery = self._find(names)
        return Answer(200, _document(gallery, gallery, names))

    def _images(self, request: ArmRequest, names: Names) -> Answer:
        gallery = self._find(names)
        found = self._store.children(gallery.id, galleries.DEFINITIONS)
        return page(self._arm, request, [_image_document(gallery, image, names) for image in found])

    def _image(self, request: ArmRequest, names: Names) -> Answer:
        del request
        gallery = self._find(names)
        image = self._store.get(gallery.id.child("images", names["image"]))
        return Answer(200, _image_document(gallery, image, names))

    def _versions(self, request: ArmRequest, names: Names) -> Answer:
        gallery, location = self._find(names), canonical_location(names["location"])
        definition = self._store.get(gallery.id.child("images", names["image"])).id
        found = self._store.children(definition, galleries.VERSIONS)
        here = [version for version in found if galleries.is_replicated(version, location)]
        return page(self._arm, request, [_version_document(gallery, version, names) for version in here])

    def _version(self, request: ArmRequest, names: Names) -> Answer:
        del request
        gallery, location = self._find(names), canonical_location(names["location"])
        version = self._store.get(
            gallery.id.child("images", names["image"]).child("versions", names["version"])
        )
        if not galleries.is_replicated(version, location):
            message = f"The version {version.id.name} is not replicated to {location}."
            raise ArmError(404, "GalleryImageVersionNotFound", message)
        return Answer(200, _version_document(gallery, version, names))


def _document(gallery: Resource, shown: Resource, names: Names) -> Json:
    """`shown` is the gallery or something in it."""
    unique = f"/SharedGalleries/{gallery.properties['identifier']['uniqueName']}"
    levels = zip(shown.id.types[1:], shown.id.names[1:], strict=True)
    inside = "".join(f"/{kind}/{name}" for kind, name in levels)
    return {
        "name": shown.id.name if inside else gallery.properties["identifier"]["uniqueName"],
        "location": canonical_location(names["location"]),
        "identifier": {"uniqueId": f"{unique}{inside}"},
    }


def _image_document(gallery: Resource, image: Resource, names: Names) -> Json:
    facts = {name: image.properties[name] for name in IMAGE_FACTS if name in image.properties}
    return {**_document(gallery, image, names), "properties": facts}


def _version_document(gallery: Resource, version: Resource, names: Names) -> Json:
    profile, storage = version.properties["publishingProfile"], version.properties["storageProfile"]
    facts: Json = {
        "publishedDate": profile["publishedDate"],
        "excludeFromLatest": profile["excludeFromLatest"],
        "storageProfile": {
            "osDiskImage": _disk_document(storage["osDiskImage"]),
            "dataDiskImages": [
                {"lun": disk["lun"], **_disk_document(disk)} for disk in storage.get("dataDiskImages", [])
            ],
        },
    }
    if "endOfLifeDate" in profile:
        facts["endOfLifeDate"] = profile["endOfLifeDate"]
    return {**_document(gallery, version, names), "properties": facts}


def _disk_document(disk: Json) -> Json:
    return {"diskSizeGB": disk["sizeInGB"], "hostCaching": disk["hostCaching"]}
