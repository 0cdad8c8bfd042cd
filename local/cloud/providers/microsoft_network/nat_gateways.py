"""Microsoft.Network/natGateways: explicit outbound access for subnets; no traffic passes through it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from local.cloud.errors import ArmError, invalid_parameter, missing_reference
from local.cloud.json_types import Json
from local.cloud.providers.microsoft_network.virtual_networks import SUBNETS
from local.cloud.resource_type import PutRequest, ResourceType
from local.cloud.schema import (
    SUB_RESOURCE,
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


class NatGateways(ResourceType):
    name: ClassVar[str] = "Microsoft.Network/natGateways"
    has_etag: ClassVar[bool] = True
    body: ClassVar[Record] = tracked(
        Record(
            {
                "idleTimeoutInMinutes": Number(minimum=4, maximum=120),
                "publicIpAddresses": ListOf(SUB_RESOURCE),
                "publicIpPrefixes": ListOf(Unsupported()),
                "publicIpAddressesV6": ListOf(Unsupported()),
                "publicIpPrefixesV6": ListOf(Unsupported()),
                "sourceVirtualNetwork": Unsupported(),
                "serviceGateway": Unsupported(),
                "nat64": Unsupported(),
                "subnets": ReadOnly(),
                "resourceGuid": ReadOnly(),
                "provisioningState": ReadOnly(),
            }
        ),
        sku=Record({"name": Required(Text(one_of=("Standard", "StandardV2")))}),
        zones=ListOf(Text()),
    )

    def check(self, put: PutRequest) -> None:
        if "sku" not in put.body:
            raise invalid_parameter("A NAT gateway needs a sku.", "sku")
        for index, reference in enumerate(put.properties.get("publicIpAddresses", [])):
            self._check_address(put, reference["id"], f"properties.publicIpAddresses[{index}].id")

    def _check_address(self, put: PutRequest, address_id: str, where: str) -> None:
        """A static address of the gateway's SKU and region, that nothing else has."""
        address = self.cloud.store.find(address_id)
        if address is None or address.location != put.location:
            raise missing_reference(address_id, put.id, where)
        sku = address.document["sku"]["name"]
        if sku != put.body["sku"]["name"] or address.properties["publicIPAllocationMethod"] != "Static":
            message = (
                f"NAT gateway {put.id} of SKU {put.body['sku']['name']} cannot use public IP address "
                f"{address_id}: it must be static and of the same SKU, and is of SKU {sku}."
            )
            raise ArmError(400, "NatGatewayPublicIpSkuMismatch", message, where)
        shown = self.types.get(address.id.type).view(address, "")["properties"]
        user = shown.get("natGateway") or shown.get("ipConfiguration")
        if user and user["id"].lower() != put.id.key:
            message = f"Public IP address {address_id} is already allocated to resource {user['id']}."
            raise ArmError(400, "PublicIPAddressInUse", message, where)

    def initialise(self, resource: Resource, previous: Resource | None) -> None:
        resource.properties.setdefault("idleTimeoutInMinutes", 4)
        former = previous.properties if previous else {}
        resource.properties["resourceGuid"] = former.get("resourceGuid", str(uuid.uuid4()))

    def check_delete(self, resource: Resource) -> None:
        if subnets := self._subnets(resource):
            message = (
                f"NAT gateway {resource.id} cannot be deleted because it is in use by the following "
                f"subnets: {', '.join(subnets)}. Disassociate it from them first."
            )
            raise ArmError(400, "InUseNatGatewayCannotBeDeleted", message)

    def view(self, resource: Resource, expand: str) -> Json:
        document = super().view(resource, expand)
        if subnets := self._subnets(resource):
            document["properties"]["subnets"] = [{"id": subnet} for subnet in subnets]
        return document

    def _subnets(self, gateway: Resource) -> list[str]:
        return [
            str(subnet.id)
            for subnet in self.cloud.store.mentioning(gateway.id, SUBNETS)
            if subnet.properties.get("natGateway", {}).get("id", "").lower() == gateway.id.key
        ]
