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
# learn.microsoft.com, "Default outbound access in Azure": new virtual networks, since 31 March 2026.
PRIVATE_SINCE = "2026-01-01"

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
        "natGateway": SUB_RESOURCE,
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
        location = self.cloud.store.get(put.id.parent).location
        check_references(self.cloud.store, put.id, properties, location, "properties")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        set_outbound_default(resource.properties, resource.internal["apiVersion"], previous)

    def check_delete(self, resource: Resource) -> None:
        check_subnet_unused(self.cloud.store, resource.id)


def check_references(store: Store, by: ArmId, properties: Json, location: str, where: str) -> None:
    """What a subnet names must exist in its network's region. Raises ArmError 400."""
    for name in ("networkSecurityGroup", "natGateway"):
        reference = properties.get(name)
        found = store.find(reference["id"]) if reference else None
        if reference and (found is None or found.location != location):
            raise missing_reference(reference["id"], by, f"{where}.{name}.id")


def set_outbound_default(properties: Json, api_version: str, previous: Resource | None) -> None:
    """Subnets made by an api-version of 2026 or later are private unless they say otherwise."""
    former = previous.properties if previous else {}
    is_open = former.get("defaultOutboundAccess", api_version < PRIVATE_SINCE)
    properties.setdefault("defaultOutboundAccess", is_open)


def check_prefix(prefix: str, target: str) -> IPv4Network | IPv6Network:
    """Raises ArmError 400 in Azure's words when the prefix is no CIDR block."""
    try:
        return ip_network(prefix)
    except ValueError as error:
        message = f"Address prefix '{prefix}' is not a valid CIDR address: {error}."
        raise ArmError(400, "InvalidAddressPrefixFormat", message, target) from error


def check_subnet_unused(store: Store, subnet: ArmId) -> None:
    """Raises ArmError 400 when a network interface has an address in the subnet."""
    for interface in store.mentioning(subnet, INTERFACES):
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
