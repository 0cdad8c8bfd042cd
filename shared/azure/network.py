"""The build VM's network: nothing inbound, explicit outbound."""

from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.network.models import (
    AddressSpace,
    NatGateway,
    NatGatewayPropertiesFormat,
    NatGatewaySku,
    NetworkInterface,
    NetworkInterfaceIPConfiguration,
    NetworkInterfaceIPConfigurationPropertiesFormat,
    NetworkInterfacePropertiesFormat,
    NetworkSecurityGroup,
    NetworkSecurityGroupPropertiesFormat,
    PublicIPAddress,
    PublicIPAddressPropertiesFormat,
    PublicIPAddressSku,
    SecurityRule,
    SecurityRulePropertiesFormat,
    Subnet,
    SubnetPropertiesFormat,
    SubResource,
    VirtualNetwork,
    VirtualNetworkPropertiesFormat,
)

from shared.azure.errors import azure_errors
from shared.azure.starting import start
from shared.domain.operations import OperationRef
from shared.domain.plan import BuildPlan
from shared.domain.planned_vm import PlannedVm

SUBNET = "build"
ADDRESSES = "10.254.0.0/24"


def put_network_security_group(client: NetworkManagementClient, plan: BuildPlan) -> OperationRef:
    """Denies everything inbound; the build VM is reached through its agent alone."""
    deny = SecurityRulePropertiesFormat(
        priority=100,
        direction="Inbound",
        access="Deny",
        protocol="*",
        source_address_prefix="*",
        source_port_range="*",
        destination_address_prefix="*",
        destination_port_range="*",
    )
    rules = [SecurityRule(name="deny-inbound", properties=deny)]
    group = NetworkSecurityGroup(
        location=plan.location,
        tags=plan.resource_tags,
        properties=NetworkSecurityGroupPropertiesFormat(security_rules=rules),
    )
    name = plan.names.of("nsg")
    with azure_errors("create the build network's security group"):
        return start(
            plan.resource_id("Microsoft.Network/networkSecurityGroups", name),
            client.network_security_groups.begin_create_or_update,
            plan.staging_group,
            name,
            group,
        )


def put_public_ip(client: NetworkManagementClient, plan: BuildPlan) -> OperationRef:
    """The address that the build VM's connections come from; it is the gateway's."""
    address = PublicIPAddress(
        location=plan.location,
        tags=plan.resource_tags,
        sku=PublicIPAddressSku(name="Standard"),
        properties=PublicIPAddressPropertiesFormat(public_ip_allocation_method="Static"),
    )
    name = plan.names.of("ip")
    with azure_errors("create the build network's outbound address"):
        return start(
            plan.resource_id("Microsoft.Network/publicIPAddresses", name),
            client.public_ip_addresses.begin_create_or_update,
            plan.staging_group,
            name,
            address,
        )


def put_nat_gateway(client: NetworkManagementClient, plan: BuildPlan) -> OperationRef:
    """The way out; connections begin inside alone."""
    address_id = plan.resource_id("Microsoft.Network/publicIPAddresses", plan.names.of("ip"))
    gateway = NatGateway(
        location=plan.location,
        tags=plan.resource_tags,
        sku=NatGatewaySku(name="Standard"),
        properties=NatGatewayPropertiesFormat(public_ip_addresses=[SubResource(id=address_id)]),
    )
    name = plan.names.of("nat")
    with azure_errors("create the build network's gateway"):
        return start(
            plan.resource_id("Microsoft.Network/natGateways", name),
            client.nat_gateways.begin_create_or_update,
            plan.staging_group,
            name,
            gateway,
        )


def put_virtual_network(client: NetworkManagementClient, plan: BuildPlan) -> OperationRef:
    """One subnet; its way out is the gateway, since Azure gives new networks none by itself (March 2026)."""
    group_id = plan.resource_id("Microsoft.Network/networkSecurityGroups", plan.names.of("nsg"))
    gateway_id = plan.resource_id("Microsoft.Network/natGateways", plan.names.of("nat"))
    subnet = SubnetPropertiesFormat(
        address_prefix=ADDRESSES,
        default_outbound_access=False,
        nat_gateway=SubResource(id=gateway_id),
        network_security_group=NetworkSecurityGroup(id=group_id),
    )
    properties = VirtualNetworkPropertiesFormat(
        address_space=AddressSpace(address_prefixes=[ADDRESSES]),
        subnets=[Subnet(name=SUBNET, properties=subnet)],
    )
    network = VirtualNetwork(location=plan.location, tags=plan.resource_tags, properties=properties)
    name = plan.names.of("vnet")
    with azure_errors("create the build network"):
        return start(
            plan.resource_id("Microsoft.Network/virtualNetworks", name),
            client.virtual_networks.begin_create_or_update,
            plan.staging_group,
            name,
            network,
        )


def put_network_interface(client: NetworkManagementClient, plan: BuildPlan, vm: PlannedVm) -> OperationRef:
    """A private address in the template's subnet, or in Kiln's own; never a public one."""
    network_id = plan.resource_id("Microsoft.Network/virtualNetworks", plan.names.of("vnet"))
    subnet_id = plan.subnet_id or f"{network_id}/subnets/{SUBNET}"
    address = NetworkInterfaceIPConfiguration(
        name="build",
        properties=NetworkInterfaceIPConfigurationPropertiesFormat(subnet=Subnet(id=subnet_id)),
    )
    interface = NetworkInterface(
        location=plan.location,
        tags=plan.resource_tags,
        properties=NetworkInterfacePropertiesFormat(ip_configurations=[address]),
    )
    with azure_errors(f"create the {vm.role} VM's network interface"):
        return start(
            plan.resource_id("Microsoft.Network/networkInterfaces", vm.nic),
            client.network_interfaces.begin_create_or_update,
            plan.staging_group,
            vm.nic,
            interface,
        )
