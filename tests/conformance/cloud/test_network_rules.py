"""Explicit outbound access: private subnets, NAT gateways, and the order in which they can be deleted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.cloud.harness import Clients, make_interface
from tests.conformance.cloud.test_guards import refused

WEST = {"location": "westeurope"}
ADDRESS = {**WEST, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}


def gateway(*addresses: str) -> dict[str, Any]:
    return {
        **WEST,
        "sku": {"name": "Standard"},
        "properties": {"publicIpAddresses": [{"id": address} for address in addresses]},
    }


def network(**subnet: object) -> dict[str, Any]:
    properties = {"addressPrefix": "10.0.0.0/24", **subnet}
    return {
        **WEST,
        "properties": {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [{"name": "build", "properties": properties}],
        },
    }


def test_a_nat_gateway_from_first_to_last(clients: Clients, group: str) -> None:
    net = clients.network
    clients.resources.resource_groups.create_or_update(group, WEST)
    address = net.public_ip_addresses.begin_create_or_update(group, "ip", ADDRESS).result()
    made = net.nat_gateways.begin_create_or_update(group, "nat", gateway(address.id)).result()
    assert net.public_ip_addresses.get(group, "ip").nat_gateway.id == made.id
    vnet = net.virtual_networks.begin_create_or_update(
        group, "vnet", network(natGateway={"id": made.id})
    ).result()
    subnet = vnet.subnets[0]
    assert (subnet.nat_gateway.id, subnet.default_outbound_access) == (made.id, False)
    assert [used.id for used in net.nat_gateways.get(group, "nat").subnets] == [subnet.id]
    make_interface(clients, group, subnet.id, "nic")

    refused("PublicIPAddressCannotBeDeleted", lambda: net.public_ip_addresses.begin_delete(group, "ip"))
    refused("InUseNatGatewayCannotBeDeleted", lambda: net.nat_gateways.begin_delete(group, "nat"))
    refused("InUseSubnetCannotBeDeleted", lambda: net.virtual_networks.begin_delete(group, "vnet"))
    net.network_interfaces.begin_delete(group, "nic").result()
    net.virtual_networks.begin_delete(group, "vnet").result()
    net.nat_gateways.begin_delete(group, "nat").result()
    net.public_ip_addresses.begin_delete(group, "ip").result()


def test_a_group_with_a_nat_gateway_is_deleted_whole(clients: Clients, group: str) -> None:
    net = clients.network
    clients.resources.resource_groups.create_or_update(group, WEST)
    address = net.public_ip_addresses.begin_create_or_update(group, "ip", ADDRESS).result()
    made = net.nat_gateways.begin_create_or_update(group, "nat", gateway(address.id)).result()
    net.virtual_networks.begin_create_or_update(group, "vnet", network(natGateway={"id": made.id})).result()
    clients.resources.resource_groups.begin_delete(group).result()
    assert not clients.resources.resource_groups.check_existence(group)


@pytest.mark.parametrize(("api_version", "is_open"), [("2024-05-01", True), ("2026-03-01", False)])
def test_subnets_are_private_by_default_since_2026(
    clients: Clients, group: str, api_version: str, is_open: bool
) -> None:
    clients.resources.resource_groups.create_or_update(group, WEST)
    path = f"/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/vnet"
    assert clients.arm("PUT", path, network(), api_version).status_code == 201
    subnets = clients.network.subnets
    assert subnets.get(group, "vnet", "build").default_outbound_access is is_open
    make_interface(clients, group, str(subnets.get(group, "vnet", "build").id), "nic")
    shown = clients.network.network_interfaces.get(group, "nic").as_dict()
    assert shown["properties"]["defaultOutboundConnectivityEnabled"] is is_open
    # A later version's default does not touch what is there.
    second = {"properties": {"addressPrefix": "10.0.0.0/24"}}
    again = subnets.begin_create_or_update(group, "vnet", "build", second).result()
    assert again.default_outbound_access is is_open


def test_gateways_and_references_that_are_refused(clients: Clients, group: str) -> None:
    net = clients.network
    clients.resources.resource_groups.create_or_update(group, WEST)
    put, addresses = net.nat_gateways.begin_create_or_update, net.public_ip_addresses
    nowhere = f"/subscriptions/{clients.cloud.subscription}/resourceGroups/{group}/providers"
    missing = f"{nowhere}/Microsoft.Network/publicIPAddresses/none"
    refused("InvalidResourceReference", lambda: put(group, "nat", gateway(missing)))
    basic = {**ADDRESS, "sku": {"name": "Basic"}}
    old = addresses.begin_create_or_update(group, "old", basic).result()
    refused("NatGatewayPublicIpSkuMismatch", lambda: put(group, "nat", gateway(old.id)))
    taken = addresses.begin_create_or_update(group, "ip", ADDRESS).result()
    put(group, "nat", gateway(taken.id)).result()
    refused("PublicIPAddressInUse", lambda: put(group, "nat2", gateway(taken.id)))
    no_sku = {**WEST, "properties": {}}
    refused("InvalidParameter", lambda: put(group, "nat2", no_sku))
    unknown = network(natGateway={"id": f"{nowhere}/Microsoft.Network/natGateways/none"})
    vnets = net.virtual_networks
    refused("InvalidResourceReference", lambda: vnets.begin_create_or_update(group, "vnet", unknown))
