"""Microsoft.Network/networkSecurityGroups, rules included. Rules are kept and checked, not enforced."""

from __future__ import annotations

from typing import ClassVar

from local.cloud.errors import ArmError
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    ENVELOPE,
    Flag,
    ListOf,
    Number,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    tracked,
)
from local.cloud.store import Resource

RULE = Record(
    {
        **ENVELOPE,
        "name": Required(Text(pattern=r"[\w.-]{1,80}")),
        "properties": Required(
            Record(
                {
                    "description": Text(max_length=140),
                    "protocol": Required(Text(one_of=("Tcp", "Udp", "Icmp", "Esp", "Ah", "*"))),
                    "access": Required(Text(one_of=("Allow", "Deny"))),
                    "direction": Required(Text(one_of=("Inbound", "Outbound"))),
                    "priority": Required(Number(minimum=100, maximum=4096)),
                    "sourcePortRange": Text(),
                    "sourcePortRanges": ListOf(Text()),
                    "destinationPortRange": Text(),
                    "destinationPortRanges": ListOf(Text()),
                    "sourceAddressPrefix": Text(),
                    "sourceAddressPrefixes": ListOf(Text()),
                    "destinationAddressPrefix": Text(),
                    "destinationAddressPrefixes": ListOf(Text()),
                    "sourceApplicationSecurityGroups": ListOf(Unsupported()),
                    "destinationApplicationSecurityGroups": ListOf(Unsupported()),
                    "provisioningState": ReadOnly(),
                }
            )
        ),
    }
)


class NetworkSecurityGroups(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/networkSecurityGroups"
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = tracked(
        Record(
            {
                "securityRules": ListOf(RULE),
                "flushConnection": Flag(),
                "provisioningState": ReadOnly(),
                "defaultSecurityRules": ReadOnly(),
                "networkInterfaces": ReadOnly(),
                "subnets": ReadOnly(),
                "resourceGuid": ReadOnly(),
                "flowLogs": ReadOnly(),
            }
        )
    )

    def check(self, put: PutRequest) -> None:
        taken: dict[tuple[str, int], str] = {}
        for rule in put.properties.get("securityRules", []):
            place = (rule["properties"]["direction"], rule["properties"]["priority"])
            if other := taken.get(place):
                message = (
                    f"Security rule {rule['name']} conflicts with rule {other}. Rules cannot have the same "
                    "Priority and Direction."
                )
                raise ArmError(400, "SecurityRuleConflict", message)
            taken[place] = rule["name"]

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        del previous
        for rule in resource.properties.setdefault("securityRules", []):
            rule["id"] = f"{resource.id}/securityRules/{rule['name']}"
            rule["type"] = f"{self.name}/securityRules"
            rule["etag"] = resource.document["etag"]
            rule["properties"]["provisioningState"] = "Succeeded"

    def check_delete(self, resource: Resource) -> None:
        users = [
            user.id
            for kind in ("Microsoft.Network/networkInterfaces", "Microsoft.Network/virtualNetworks/subnets")
            for user in self.cloud.store.mentioning(resource.id, kind)
            if user.properties.get("networkSecurityGroup", {}).get("id", "").lower() == resource.id.key
        ]
        if users:
            message = (
                f"Network security group {resource.id} cannot be deleted because it is in use by the "
                "following "
                f"resources: {', '.join(map(str, users))}. In order to delete the Network security "
                "group, remove "
                "the association with the resource(s). To learn how to do this, see aka.ms/deletensg."
            )
            raise ArmError(400, "InUseNetworkSecurityGroupCannotBeDeleted", message)
