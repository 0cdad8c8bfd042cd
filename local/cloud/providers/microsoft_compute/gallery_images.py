"""Microsoft.Compute/galleries/images: image definitions."""

from __future__ import annotations

from typing import ClassVar

from local.cloud.errors import ArmError, change_not_allowed
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_compute.galleries import refuse_with_children
from local.cloud.providers.microsoft_compute.gallery_image_checks import (
    GENERATION_2_SINCE,
    check_definition,
)
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Flag, ListOf, Number, ReadOnly, Record, Required, Text, tracked
from local.cloud.store import Resource

RANGE = Record({"min": Number(), "max": Number()})
FEATURE = Record({"name": Required(Text()), "value": Required(Text()), "startsAtVersion": Text()})
IMMUTABLE = ("osType", "osState", "hyperVGeneration", "architecture", "identifier")


class GalleryImages(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/galleries/images"
    body: ClassVar[Record] = tracked(
        Record(
            {
                "osType": Required(Text(one_of=("Linux", "Windows"))),
                "osState": Required(Text(one_of=("Generalized", "Specialized"))),
                "identifier": Required(
                    Record(
                        {
                            "publisher": Required(Text(max_length=128)),
                            "offer": Required(Text(max_length=64)),
                            "sku": Required(Text(max_length=64)),
                        }
                    )
                ),
                "hyperVGeneration": Text(one_of=("V1", "V2")),
                "architecture": Text(one_of=("x64", "Arm64")),
                "features": ListOf(FEATURE),
                "recommended": Record({"vCPUs": RANGE, "memory": RANGE}),
                "disallowed": Record({"diskTypes": ListOf(Text())}),
                "purchasePlan": Record({"name": Text(), "publisher": Text(), "product": Text()}),
                "description": Text(),
                "eula": Text(),
                "privacyStatementUri": Text(),
                "releaseNoteUri": Text(),
                "endOfLifeDate": Text(),
                "allowUpdateImage": Flag(),
                "provisioningState": ReadOnly(),
            }
        )
    )

    def check(self, put: PutRequest) -> None:
        check_definition(put)
        if put.previous:
            self._check_unchanged(put.properties, put.previous.properties)
            return
        for other in self.cloud.store.children(put.id.parent, self.name):
            if _triple(other.properties["identifier"]) == _triple(put.properties["identifier"]):
                message = (
                    f"Gallery image {other.id.name} already has the same identifier (publisher, offer, sku); "
                    "it must be unique within a gallery."
                )
                raise ArmError(409, "Conflict", message, "identifier")

    def _check_unchanged(self, given: Json, former: Json) -> None:
        """Features may change where the definition was made with allowUpdateImage."""
        fixed = IMMUTABLE if former.get("allowUpdateImage") else (*IMMUTABLE, "features")
        for name in fixed:
            if name in given and given[name] != former.get(name):
                raise change_not_allowed(f"galleryImage.properties.{name}")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        """The default generation is 2 since api-version 2025-03-03."""
        former = previous.properties if previous else {}
        default = "V2" if resource.internal["apiVersion"] >= GENERATION_2_SINCE else "V1"
        resource.properties.setdefault("hyperVGeneration", former.get("hyperVGeneration", default))
        resource.properties.setdefault("architecture", former.get("architecture", "x64"))
        if "features" in former:
            resource.properties.setdefault("features", former["features"])

    def check_delete(self, resource: Resource) -> None:
        refuse_with_children(self, resource)


def _triple(identifier: Json) -> tuple[str, ...]:
    return tuple(identifier[name].lower() for name in ("publisher", "offer", "sku"))
