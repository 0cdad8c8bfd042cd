"""Microsoft.Compute/galleries: the folder of image definitions."""

from __future__ import annotations

from typing import ClassVar

from local.cloud.errors import ArmError, invalid_parameter
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import Flag, ReadOnly, Record, Text, Unsupported, tracked
from local.cloud.store import Resource

NAME_LENGTH = 80


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
                        "permissions": Text(one_of=("Private",)),
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

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        del previous
        unique = f"{resource.id.subscription}-{resource.id.name.upper()}"
        resource.properties["identifier"] = {"uniqueName": unique}

    def check_delete(self, resource: Resource) -> None:
        refuse_with_children(self, resource)


def refuse_with_children(handler: ResourceType, resource: Resource) -> None:
    """Galleries and definitions are deleted from the inside out."""
    if inside := handler.cloud.store.children(resource.id):
        nested = ", ".join(child.id.relative for child in inside)
        message = f"Can not delete resource before nested resources are deleted. Nested resources: {nested}."
        raise ArmError(409, "CannotDeleteResource", message)
