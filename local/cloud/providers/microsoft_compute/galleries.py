"""Microsoft.Compute/galleries: the folder of image definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError, change_not_allowed, invalid_parameter, not_allowed
from local.cloud.json_types import Json
from local.cloud.resource_type import Action, PutRequest, ResourceType
from local.cloud.schema import Flag, ListOf, ReadOnly, Record, Required, Text, Unsupported, tracked
from local.cloud.store import Resource

NAME_LENGTH = 80


SHARING_UPDATE = Record(
    {
        "operationType": Required(Text(one_of=("Add", "Remove", "Reset"))),
        "groups": ListOf(
            Record(
                {
                    "type": Required(Text(one_of=("Subscriptions", "AADTenants"))),
                    "ids": Required(ListOf(Text())),
                }
            )
        ),
        "status": ReadOnly(),
    }
)


class Galleries(ResourceType):
    name: ClassVar[str] = "Microsoft.Compute/galleries"
    body: ClassVar[Record] = tracked(
        Record(
            {
                "description": Text(),
                "identifier": ReadOnly(),
                "provisioningState": ReadOnly(),
                "sharingProfile": Record(
                    {
                        "permissions": Text(one_of=("Private", "Groups")),
                        "communityGalleryInfo": Unsupported(),
                        "groups": ReadOnly(),
                    }
                ),
                "softDeletePolicy": Record({"isSoftDeleteEnabled": Flag()}),
                "sharingStatus": ReadOnly(),
            }
        ),
        identity=Unsupported(),
    )

    def check(self, put: PutRequest) -> None:
        name = put.id.name
        if not name.replace("_", "a").replace(".", "a").isalnum() or len(name) > NAME_LENGTH:
            message = (
                f"The gallery name '{name}' is invalid: only letters, digits, underscores and full stops."
            )
            raise invalid_parameter(message, "galleryName")

        former = put.previous.properties.get("sharingProfile", {}) if put.previous else {}
        wanted = put.properties.get("sharingProfile", {}).get("permissions")
        if put.previous and wanted and wanted != former.get("permissions", "Private"):
            raise change_not_allowed("gallery.properties.sharingProfile.permissions")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        if previous and "sharingProfile" in previous.properties:
            resource.properties["sharingProfile"] = previous.properties["sharingProfile"]
        unique = f"{resource.id.subscription}-{resource.id.name.upper()}"
        resource.properties["identifier"] = {"uniqueName": unique}

    def actions(self) -> Mapping[str, Action]:
        return {"share": Action(self._share, _check_shareable, body=SHARING_UPDATE)}

    async def _share(self, gallery: ArmId, body: Json) -> Json:
        """Adds or removes subscriptions and tenants; Reset removes all of them."""
        with self.cloud.store.edit(gallery) as changed:
            profile = changed.properties["sharingProfile"]
            ids = {group["type"]: set(group["ids"]) for group in profile.get("groups", [])}
            if body["operationType"] == "Reset":
                ids.clear()
            for group in body.get("groups", []):
                named = {text.lower() for text in group["ids"]}
                there = ids.get(group["type"], set())
                ids[group["type"]] = there | named if body["operationType"] == "Add" else there - named
            profile["groups"] = [{"type": kind, "ids": sorted(found)} for kind, found in ids.items() if found]
        return {**body, "status": {"aggregatedState": "Succeeded", "summary": []}}

    def check_delete(self, resource: Resource) -> None:
        refuse_with_children(self, resource)


def _check_shareable(gallery: Resource, body: Json) -> None:
    del body
    if gallery.properties.get("sharingProfile", {}).get("permissions") != "Groups":
        message = f"The gallery '{gallery.id.name}' was not created with sharing permissions 'Groups'."
        raise not_allowed(message)


def refuse_with_children(handler: ResourceType, resource: Resource) -> None:
    """Galleries and definitions are deleted from the inside out."""
    if inside := handler.cloud.store.children(resource.id):
        nested = ", ".join(child.id.relative for child in inside)
        message = f"Can not delete resource before nested resources are deleted. Nested resources: {nested}."
        raise ArmError(409, "CannotDeleteResource", message)
