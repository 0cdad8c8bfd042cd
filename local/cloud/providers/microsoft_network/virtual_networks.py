"""Microsoft.Network/virtualNetworks. Its subnets are resources of their own, shown inside it."""

from __future__ import annotations

from copy import deepcopy
from ipaddress import ip_network
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_network.subnets import (
    SUBNET_PROPERTIES,
    check_prefix,
    check_references,
    check_subnet_unused,
    set_outbound_default,
    subnet_document,
)
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

SUBNETS = "Microsoft.Network/virtualNetworks/subnets"
SUBNET = Record(
    {**ENVELOPE, "name": Required(Text(pattern=r"[\w.-]{1,80}")), "properties": SUBNET_PROPERTIES}
)


class VirtualNetworks(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/virtualNetworks"
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = tracked(
        Record(
            {
                "addressSpace": Required(Record({"addressPrefixes": Required(ListOf(Text()))})),
                "dhcpOptions": Record({"dnsServers": ListOf(Text())}),
                "subnets": ListOf(SUBNET),
                "flowTimeoutInMinutes": Number(minimum=4, maximum=30),
                "enableDdosProtection": Flag(),
                "enableVmProtection": Flag(),
                "privateEndpointVNetPolicies": Text(one_of=("Disabled", "Basic")),
                "encryption": Record({"enabled": Required(Flag()), "enforcement": Text()}),
                "virtualNetworkPeerings": ListOf(Unsupported()),
                "ddosProtectionPlan": Unsupported(),
                "bgpCommunities": Unsupported(),
                "ipAllocations": ListOf(Unsupported()),
                "provisioningState": ReadOnly(),
                "resourceGuid": ReadOnly(),
                "flowLogs": ReadOnly(),
            }
        ),
        extendedLocation=Unsupported(),
    )

    def check(self, put: PutRequest) -> None:
        space = put.properties["addressSpace"]["addressPrefixes"]
        for index, prefix in enumerate(space):
            check_prefix(prefix, f"properties.addressSpace.addressPrefixes[{index}]")
        wanted = put.properties.get("subnets", [])
        for subnet in wanted:
            _check_inside(space, subnet, put.id)
            where = f"properties.subnets[{subnet['name']}].properties"
            check_references(self.cloud.store, put.id, subnet.get("properties", {}), put.location, where)
        if put.previous and "subnets" in put.properties:
            names = {subnet["name"].lower() for subnet in wanted}
            for stored in self.cloud.store.children(put.id, SUBNETS):
                if stored.id.name.lower() not in names:
                    check_subnet_unused(self.cloud.store, stored.id)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        del previous
        properties = resource.properties
        properties.setdefault("enableDdosProtection", False)
        if "subnets" not in properties:
            return  # a PUT without subnets leaves them as they are
        wanted = {subnet["name"].lower(): subnet for subnet in properties.pop("subnets")}
        for stored in self.cloud.store.children(resource.id, SUBNETS):
            if stored.id.name.lower() not in wanted:
                self.cloud.store.delete(stored.id)
        for subnet in wanted.values():
            subnet_id = resource.id.child("subnets", subnet["name"])
            facts = deepcopy(subnet.get("properties", {}))
            version = resource.internal["apiVersion"]
            set_outbound_default(facts, version, self.cloud.store.find(subnet_id))
            self.cloud.store.save(Resource(subnet_id, subnet_document(subnet_id, facts)))

    def check_delete(self, resource: Resource) -> None:
        for subnet in self.cloud.store.children(resource.id, SUBNETS):
            check_subnet_unused(self.cloud.store, subnet.id)

    async def remove(self, resource_id: ArmId) -> None:
        for subnet in self.cloud.store.children(resource_id, SUBNETS):
            self.cloud.store.delete(subnet.id)

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        subnets = self.cloud.store.children(resource.id, SUBNETS)
        document["properties"]["subnets"] = [subnet.document for subnet in subnets]
        return document


def _check_inside(space: list[str], subnet: Json, network: ArmId) -> None:
    properties = subnet.get("properties", {})
    for prefix in properties.get("addressPrefixes") or [properties.get("addressPrefix", "")]:
        inner = check_prefix(prefix, f"properties.subnets[{subnet['name']}].properties.addressPrefix")
        outers = [ip_network(outer) for outer in space]
        if not any(
            inner.version == o.version and int(o[0]) <= int(inner[0]) and inner[-1] in o for o in outers
        ):
            message = (
                f"Subnet '{subnet['name']}' is not valid because its IP address range is outside the "
                "IP address "
                f"range of virtual network '{network.name}'."
            )
            raise ArmError(400, "NetcfgSubnetRangeOutsideVnet", message)
