"""Microsoft.ManagedIdentity/userAssignedIdentities: PUT and DELETE answer at once."""

from __future__ import annotations

import uuid
from typing import ClassVar

from local.cloud.resource_type import ResourceType
from local.cloud.schema import ENVELOPE, TAGS, ReadOnly, Record, Required, Text
from local.cloud.store import Resource


class UserAssignedIdentities(ResourceType):
    name: ClassVar[str] = "Microsoft.ManagedIdentity/userAssignedIdentities"
    put_is_operation: ClassVar[bool] = False
    delete_is_operation: ClassVar[bool] = False
    body: ClassVar[Record] = Record(
        {
            **ENVELOPE,
            "location": Required(Text()),
            "tags": TAGS,
            "properties": Record(
                {
                    "tenantId": ReadOnly(),
                    "principalId": ReadOnly(),
                    "clientId": ReadOnly(),
                    "provisioningState": ReadOnly(),
                    "isolationScope": Text(one_of=("None", "Regional")),
                }
            ),
        }
    )

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        former = previous.properties if previous else {}
        resource.properties["tenantId"] = self.cloud.settings.tenant_id
        for name in ("principalId", "clientId"):
            resource.properties[name] = former.get(name) or str(uuid.uuid4())
