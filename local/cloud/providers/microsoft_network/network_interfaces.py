"""Microsoft.Network/networkInterfaces: addresses in a subnet, for one virtual machine."""

from __future__ import annotations

from ipaddress import ip_network
from typing import ClassVar

from local.cloud.arm_ids import parse_id
from local.cloud.errors import ArmError, missing_reference
from local.cloud.json_types import Json
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    ENVELOPE,
    SUB_RESOURCE,
    Flag,
    ListOf,
    ReadOnly,
    Record,
    Required,
    Text,
    Unsupported,
    tracked,
)
from local.cloud.store import Resource

RESERVED_ADDRESSES = 4  # Azure keeps the first four addresses of every subnet

CONFIGURATION = Record(
    {
        **ENVELOPE,
        "name": Required(Text()),
        "properties": Required(
            Record(
                {
                    "subnet": Required(
                        Record({**ENVELOPE, "id": Required(Text()), "properties": ReadOnly()})
                    ),
                    "privateIPAddress": Text(),
                    "privateIPAllocationMethod": Text(one_of=("Dynamic", "Static")),
                    "privateIPAddressVersion": Text(one_of=("IPv4", "IPv6")),
                    "primary": Flag(),
                    "publicIPAddress": Record({**ENVELOPE, "id": Required(Text()), "properties": ReadOnly()}),
                    "loadBalancerBackendAddressPools": ListOf(Unsupported()),
                    "applicationSecurityGroups": ListOf(Unsupported()),
                    "provisioningState": ReadOnly(),
                }
            )
        ),
    }
)


class NetworkInterfaces(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/networkInterfaces"
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = tracked(
        Record(
            {
                "ipConfigurations": Required(ListOf(CONFIGURATION)),
                "networkSecurityGroup": SUB_RESOURCE,
                "enableAcceleratedNetworking": Flag(),
                "enableIPForwarding": Flag(),
                "disableTcpStateTracking": Flag(),
                "auxiliaryMode": Text(),
                "auxiliarySku": Text(),
                "nicType": Text(one_of=("Standard", "Elastic")),
                "dnsSettings": Record({"dnsServers": ListOf(Text()), "internalDnsNameLabel": Text()}),
                "provisioningState": ReadOnly(),
                "resourceGuid": ReadOnly(),
                "macAddress": ReadOnly(),
                "primary": ReadOnly(),
                "virtualMachine": ReadOnly(),
                "hostedWorkloads": ReadOnly(),
                "tapConfigurations": ReadOnly(),
                "vnetEncryptionSupported": ReadOnly(),
                "defaultOutboundConnectivityEnabled": ReadOnly(),
            }
        ),
        extendedLocation=Unsupported(),
    )

    def check(self, put: PutRequest) -> None:
        if not put.properties["ipConfigurations"]:
            message = f"Network interface {put.id} must have one or more IP configurations."
            raise ArmError(400, "NetworkInterfaceMustHaveIpConfiguration", message)
        self._check_reference(put, put.properties.get("networkSecurityGroup"), "networkSecurityGroup")
        for index, configuration in enumerate(put.properties["ipConfigurations"]):
            where = f"ipConfigurations[{index}].properties"
            self._check_reference(put, configuration["properties"]["subnet"], f"{where}.subnet")
            self._check_reference(
                put, configuration["properties"].get("publicIPAddress"), f"{where}.publicIPAddress"
            )

    def _check_reference(self, put: PutRequest, reference: Json | None, where: str) -> None:
        """What is named must exist, in the region of this interface (a subnet's is its network's)."""
        if reference is None:
            return
        found = self.cloud.store.find(reference["id"])
        if found and len(found.id.names) > 1:
            found = self.cloud.store.find(found.id.parent)
        if found is None or found.location != put.location:
            raise missing_reference(reference["id"], put.id, f"properties.{where}.id")

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties = resource.properties
        properties.setdefault("enableAcceleratedNetworking", False)
        properties.setdefault("enableIPForwarding", False)
        if previous and "virtualMachine" in previous.properties:
            properties["virtualMachine"] = previous.properties["virtualMachine"]
        former = {c["name"]: c for c in previous.properties["ipConfigurations"]} if previous else {}
        for index, configuration in enumerate(properties["ipConfigurations"]):
            configuration["id"] = f"{resource.id}/ipConfigurations/{configuration['name']}"
            configuration["type"] = f"{self.name}/ipConfigurations"
            configuration["etag"] = resource.document["etag"]
            values = configuration["properties"]
            values.setdefault("primary", index == 0)
            values.setdefault("privateIPAllocationMethod", "Dynamic")
            values.setdefault("privateIPAddressVersion", "IPv4")
            values["provisioningState"] = "Succeeded"
            if configuration["name"] in former:
                values.setdefault(
                    "privateIPAddress", former[configuration["name"]]["properties"]["privateIPAddress"]
                )
            values.setdefault("privateIPAddress", self._free_address(values["subnet"]["id"]))

    def _free_address(self, subnet_id: str) -> str:
        subnet = self.cloud.store.get(parse_id(subnet_id)).properties
        prefix = (subnet.get("addressPrefixes") or [subnet.get("addressPrefix")])[0]
        taken = {
            configuration["properties"].get("privateIPAddress")
            for interface in self.cloud.store.mentioning(subnet_id, self.name)
            for configuration in interface.properties["ipConfigurations"]
            if configuration["properties"]["subnet"]["id"].lower() == subnet_id.lower()
        }
        network = ip_network(prefix)
        for number in range(RESERVED_ADDRESSES, network.num_addresses - 1):
            if (address := str(network[number])) not in taken:
                return address
        message = f"Subnet {subnet_id} does not have enough capacity for 1 IP addresses."
        raise ArmError(400, "SubnetIsFull", message)

    def view(self, resource: Resource, expand: str) -> Json:
        """`defaultOutboundConnectivityEnabled`: outbound without a NAT gateway or an address of its own."""
        document = super().view(resource, expand)
        first = resource.properties["ipConfigurations"][0]["properties"]
        subnet = self.cloud.store.find(first["subnet"]["id"])
        is_open = bool(subnet and subnet.properties.get("defaultOutboundAccess"))
        has_own = "publicIPAddress" in first or bool(subnet and subnet.properties.get("natGateway"))
        document["properties"]["defaultOutboundConnectivityEnabled"] = is_open and not has_own
        return document

    def check_delete(self, resource: Resource) -> None:
        if machine := resource.properties.get("virtualMachine"):
            message = (
                f"Network Interface {resource.id} is used by existing resource {machine['id']}. In "
                "order to delete "
                "the network interface, it must be dissociated from the resource. To learn more, see "
                "aka.ms/deletenic."
            )
            raise ArmError(400, "NicInUse", message)
