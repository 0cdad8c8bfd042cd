"""Microsoft.Network/publicIPAddresses: a resource that can be made, assigned and deleted; no traffic
passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from local.cloud.errors import ArmError
from local.cloud.json_types import Json
from local.cloud.resource_type import ResourceType
from local.cloud.schema import ListOf, Number, ReadOnly, Record, Text, Unsupported, tracked
from local.cloud.store import Resource

DOCUMENTATION_NETWORK = "203.0.113"  # RFC 5737: never routed


class PublicIpAddresses(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/publicIPAddresses"
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = tracked(
        Record(
            {
                "publicIPAllocationMethod": Text(one_of=("Static", "Dynamic")),
                "publicIPAddressVersion": Text(one_of=("IPv4", "IPv6")),
                "idleTimeoutInMinutes": Number(minimum=4, maximum=30),
                "deleteOption": Text(one_of=("Delete", "Detach")),
                "dnsSettings": Unsupported(),
                "ipTags": ListOf(Unsupported()),
                "publicIPPrefix": Unsupported(),
                "provisioningState": ReadOnly(),
                "ipAddress": ReadOnly(),
                "resourceGuid": ReadOnly(),
                "ipConfiguration": ReadOnly(),
                "natGateway": ReadOnly(),
            }
        ),
        sku=Record({"name": Text(one_of=("Basic", "Standard", "StandardV2")), "tier": Text()}),
        zones=ListOf(Text()),
    )

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        properties = resource.properties
        properties.setdefault("publicIPAddressVersion", "IPv4")
        properties.setdefault("idleTimeoutInMinutes", 4)
        resource.document.setdefault("sku", {"name": "Standard", "tier": "Regional"})
        if properties.setdefault("publicIPAllocationMethod", "Static") == "Static":
            number = self.cloud.store.count(self.name) % 250 + 1
            former = previous.properties.get("ipAddress") if previous else None
            properties["ipAddress"] = former or f"{DOCUMENTATION_NETWORK}.{number}"

    def check_delete(self, resource: Resource) -> None:
        for user in self._users(resource):
            message = (
                f"Public IP address {resource.id} can not be deleted since it is still allocated to "
                f"resource {user}. In order to delete the public IP, disassociate it first."
            )
            raise ArmError(400, "PublicIPAddressCannotBeDeleted", message)

    def _users(self, address: Resource) -> Iterator[str]:
        """The ids of the IP configurations and NAT gateways that have the address."""
        for interface in self.cloud.store.mentioning(address.id, "Microsoft.Network/networkInterfaces"):
            for configuration in interface.properties.get("ipConfigurations", []):
                used = configuration["properties"].get("publicIPAddress", {}).get("id", "")
                if used.lower() == address.id.key:
                    yield configuration["id"]
        for gateway in self.cloud.store.mentioning(address.id, "Microsoft.Network/natGateways"):
            addresses = gateway.properties.get("publicIpAddresses", [])
            if address.id.key in {reference["id"].lower() for reference in addresses}:
                yield str(gateway.id)

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        user = next(self._users(resource), "")
        if "/natgateways/" in user.lower():
            document["properties"]["natGateway"] = {"id": user}
        elif user:
            document["properties"]["ipConfiguration"] = {"id": user}
        return document
