"""Microsoft.Network/virtualNetworks/subnets."""

from __future__ import annotations

import uuid
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar

from local.cloud.arm_ids import ArmId
from local.cloud.errors import ArmError, missing_reference
from local.cloud.json_types import Json
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import ENVELOPE, SUB_RESOURCE, Flag, ListOf, ReadOnly, Record, Text, Unsupported
from local.cloud.store import Resource, Store

INTERFACES = "Microsoft.Network/networkInterfaces"

SUBNET_PROPERTIES = Record(
    {
        "addressPrefix": Text(),
        "addressPrefixes": ListOf(Text()),
        "networkSecurityGroup": SUB_RESOURCE,
        "defaultOutboundAccess": Flag(),
        "privateEndpointNetworkPolicies": Text(),
        "privateLinkServiceNetworkPolicies": Text(),
        "serviceEndpoints": ListOf(
            Record({"service": Text(), "locations": ListOf(Text()), "provisioningState": ReadOnly()})
        ),
        "delegations": ListOf(Unsupported()),
        "natGateway": Unsupported(),
        "routeTable": Unsupported(),
        "serviceEndpointPolicies": ListOf(Unsupported()),
        "provisioningState": ReadOnly(),
        "ipConfigurations": ReadOnly(),
        "purpose": ReadOnly(),
        "privateEndpoints": ReadOnly(),
    }
)


class Subnets(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/virtualNetworks/subnets"
    tracked: ClassVar[bool] = False
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = Record({**ENVELOPE, "properties": SUBNET_PROPERTIES})

    def check(self, put: PutRequest) -> None:
        properties = put.properties
        for prefix in properties.get("addressPrefixes") or [properties.get("addressPrefix", "")]:
            check_prefix(prefix, "properties.addressPrefix")
        group = properties.get("networkSecurityGroup")
        if group and self.cloud.store.find(group["id"]) is None:
            raise missing_reference(group["id"], put.id, "properties.networkSecurityGroup.id")

    def check_delete(self, resource: Resource) -> None:
        check_subnet_unused(self.cloud.store, resource.id)


def check_prefix(prefix: str, target: str) -> IPv4Network | IPv6Network:
    """Raises ArmError 400 in Azure's words when the prefix is no CIDR block."""
    try:
        return ip_network(prefix)
    except ValueError as error:
        message = f"Address prefix '{prefix}' is not a valid CIDR address: {error}."
        raise ArmError(400, "InvalidAddressPrefixFormat", message, target) from error


def check_subnet_unused(store: Store, subnet: ArmId) -> None:
    """Raises ArmError 400 when a network interface has an address in the subnet."""
    for interface in store.resources(type_name=INTERFACES):
        for configuration in interface.properties.get("ipConfigurations", []):
            used = configuration["properties"].get("subnet", {}).get("id", "")
            if used.lower() == subnet.key:
                message = (
                    f"Subnet {subnet.name} is in use by {configuration['id']} and cannot be deleted. "
                    "In order to "
                    "delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet."
                )
                raise ArmError(400, "InUseSubnetCannotBeDeleted", message)


def subnet_document(subnet: ArmId, properties: Json) -> Json:
    """A subnet that came inside its virtual network's body."""
    return {
        "id": str(subnet),
        "name": subnet.name,
        "type": Subnets.name,
        "etag": f'W/"{uuid.uuid4()}"',
        "properties": {**properties, "provisioningState": "Succeeded"},
    }
