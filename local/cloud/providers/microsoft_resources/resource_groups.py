"""Microsoft.Resources/resourceGroups: PUT answers at once; deleting one deletes everything in it."""

from __future__ import annotations

from typing import ClassVar

from local.cloud.arm_ids import RESOURCE_GROUP_TYPE, ArmId
from local.cloud.errors import ArmError
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import ENVELOPE, TAGS, ReadOnly, Record, Required, Text
from local.cloud.store import Resource


class ResourceGroups(ResourceType):
    name: ClassVar[str] = RESOURCE_GROUP_TYPE
    body: ClassVar[Record] = Record(
        {
            **ENVELOPE,
            "location": Required(Text()),
            "tags": TAGS,
            "managedBy": Text(),
            "properties": Record({"provisioningState": ReadOnly()}),
        }
    )
    put_is_operation: ClassVar[bool] = False

    def check(self, put: PutRequest) -> None:
        if put.previous and put.previous.properties["provisioningState"] == "Deleting":
            message = f"The resource group '{put.id.name}' is in deprovisioning state."
            raise ArmError(409, "ResourceGroupBeingDeleted", message)

    async def remove(self, resource_id: ArmId) -> None:
        """Deletes what can be deleted until nothing is left: users before what they use.

        Raises ArmError when something in the group is used from outside it.
        """
        while inside := self._deepest_first(resource_id):
            refusals = [await self._try_delete(resource) for resource in inside]
            if all(refusals):
                details = [refusal.error() for refusal in refusals if refusal]
                message = (
                    f"Deletion of resource group '{resource_id.name}' failed as some resources could not "
                    "be deleted."
                )
                raise ArmError(409, "ResourceGroupDeletionBlocked", message, details=details)

    def _deepest_first(self, group: ArmId) -> list[Resource]:
        inside = self.cloud.store.children(group)
        return sorted(inside, key=lambda resource: len(resource.id.names), reverse=True)

    async def _try_delete(self, resource: Resource) -> ArmError | None:
        try:
            await self.delete_other(resource.id)
        except ArmError as error:
            return error
        return None
